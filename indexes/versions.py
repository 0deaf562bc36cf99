"""Versions of an index: built aside, then switched to, so that readers see one or the other whole."""

import fcntl
import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from indexes.types import BadLine
from semantic_layer.errors import UserError

FORMAT = 6
_POINTER = "CURRENT"
_UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as it was when read."""

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, file: Path) -> "Source":
        """Look at a file."""
        stat = file.stat()
        return cls(path=str(file.resolve()), size=stat.st_size, modified_ns=stat.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a version was built from and with; `settings` is a hash, `fitted_on` counts passages."""

    format: int = FORMAT
    settings: str
    contacts: int
    passages: int
    fitted_on: int
    lsa_weight: float
    dense_weight: float = 0.0
    embedder: str = ""
    store: str = "chroma"
    sources: tuple[Source, ...]
    bad_lines: tuple[BadLine, ...]

    def save(self, folder: Path) -> None:
        """Write the manifest, the last file of a version."""
        aside = folder / "manifest.json.new"
        aside.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")
        aside.replace(folder / "manifest.json")


def load_manifest(folder: Path) -> Manifest:
    """Read a version's manifest; raise UserError (corrupt_index)."""
    try:
        raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        raw["sources"] = tuple(Source(**source) for source in raw["sources"])
        raw["bad_lines"] = tuple(BadLine(**line) for line in raw["bad_lines"])
        manifest = Manifest(**raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise corrupt(folder) from error
    if manifest.format != FORMAT:
        raise UserError(
            f"the transcript index at {folder.parent} was built by another version of Because",
            code="corrupt_index",
            hint="build it again with `because index build`",
        )
    return manifest


def corrupt(folder: Path) -> UserError:
    """Say that an index cannot be read."""
    return UserError(
        f"the transcript index at {folder.parent} cannot be read",
        code="corrupt_index",
        hint="build it again with `because index build`",
    )


def current(root: Path) -> Path:
    """Find the version in use; raise UserError (missing_index)."""
    try:
        name = (root / _POINTER).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UserError(
            f"there is no transcript index at {root}", code="missing_index", hint="build it with `because index build`"
        ) from error
    return root / name


def version_in_use(root: Path) -> str:
    """Name the version in use, "" where there is no index."""
    try:
        return (root / _POINTER).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def begin_version(root: Path, settings: str) -> Path:
    """Make a folder for a version, or go on in the one that an interrupted build with the same settings left."""
    for folder in root.glob(f"v-*/{_UNFINISHED}"):
        if folder.read_text(encoding="utf-8") == settings:
            return folder.parent
        shutil.rmtree(folder.parent, ignore_errors=True)
    folder = root / f"v-{uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    (folder / _UNFINISHED).write_text(settings, encoding="utf-8")
    return folder


def switch(root: Path, folder: Path) -> None:
    """Make a version the one in use and drop all but the one before it, which readers may still hold."""
    (folder / _UNFINISHED).unlink()
    before = (root / _POINTER).read_text(encoding="utf-8").strip() if (root / _POINTER).exists() else ""
    aside = root / f"{_POINTER}.new"
    aside.write_text(folder.name, encoding="utf-8")
    aside.replace(root / _POINTER)
    drop_others(root, keep={before})


def version_names(root: Path) -> frozenset[str]:
    """Name the versions that have a folder."""
    return frozenset(folder.name for folder in root.glob("v-*"))


def drop_others(root: Path, *, keep: Collection[str] = ()) -> None:
    """Remove all versions but the one in use and those to keep, among them what an interrupted build left."""
    used = current(root).name
    for folder in root.glob("v-*"):
        if folder.name != used and folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def one_builder(root: Path) -> Iterator[None]:
    """Hold the right to build; raise UserError (index_busy) while another process has it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError(
                f"another process is building the index at {root}", code="index_busy", hint="try again when it is done"
            ) from error
        yield
