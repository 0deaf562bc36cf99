"""Make a workspace from a person's own files; what was guessed is written down to be checked."""

import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from indexes.settings import TranscriptSettings
from semantic_layer.errors import UserError

if TYPE_CHECKING:
    from semantic_layer.starter import TableProfile, TextColumn

Progress = Callable[[str, int, int], None]
_HEAD = """# A starter semantic layer, guessed from the data. Edit it: labels, definitions, owners, units.
# To check:
{checks}
# Then run `because check`.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitReport:
    """What `because init` found and what a person should check."""

    workspace: Path
    tables: tuple[str, ...]
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]
    transcripts: tuple[str, ...]
    checks: tuple[str, ...]


def init_workspace(root: Path, files: Sequence[Path], *, progress: Progress | None = None) -> InitReport:
    """Make a workspace at `root` from tables and transcripts; it appears whole or not at all.

    Raises UserError (exists, no_files, missing_file, unreadable_file).
    """
    sources = _sources(root, files)
    root.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        report = _build(aside, sources, root, progress)
        aside.chmod(0o755)
        if root.exists():
            root.rmdir()
        aside.replace(root)
        return report
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _sources(root: Path, files: Sequence[Path]) -> list[Path]:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UserError(f"{root} is not empty", code="exists", hint="name a folder that does not exist yet")
    missing = [file for file in files if not file.exists()]
    if missing:
        raise UserError(f"no such file: {missing[0]}", code="missing_file", hint=f"looked in {Path.cwd()}")
    found = [path for file in files for path in (sorted(file.iterdir()) if file.is_dir() else [file])]
    from indexes.records import SUFFIXES
    from semantic_layer.starter.load import TABULAR

    usable = [path for path in found if path.suffix in (*TABULAR, *SUFFIXES)]
    if not usable:
        raise UserError(
            "no table or transcript among the files",
            code="no_files",
            hint=f"readable: {', '.join(sorted({*TABULAR, *SUFFIXES}))}",
        )
    return usable


def _build(aside: Path, sources: list[Path], root: Path, progress: Progress | None) -> InitReport:
    from indexes.guess import guess_fields
    from semantic_layer.starter import guess, load_tables, name_columns, profile_warehouse

    mappings = {file: mapping for file in sources if (mapping := guess_fields(file)) is not None}
    warehouse = aside / "warehouse.duckdb"
    loaded = load_tables([file for file in sources if file not in mappings], warehouse, progress=progress)
    profiles = profile_warehouse(warehouse)
    found = guess(profiles)
    rejected = tuple(
        f"{t.rejected} lines of {t.source.name} could not be read ({t.first_rejection})" for t in loaded if t.rejected
    )
    checks = (*found.checks, *rejected)
    transcripts = _copy_transcripts(aside, mappings)
    settings = _transcripts(warehouse, profiles, mappings)
    others = [file.name for file, mapping in mappings.items() if settings and mapping.fields != settings.fields]
    if others:
        checks = (*checks, f"transcripts of another shape are left out: {', '.join(others)}")
    if settings is None and found.text is not None:
        settings = _export_text(aside, warehouse, found.text, progress)
        checks = (*checks, f"{found.text.column} of {found.text.table} is free text: searchable as transcripts")
    names = name_columns(profiles) if settings else ()
    checks = (*checks, *(f"names in {column} are hidden in transcripts" for column in names))
    _write_config(aside, root.name, settings, found.as_of, names)
    _write_metrics(aside, {"tables": found.tables, "dimensions": found.dimensions, "metrics": found.metrics}, checks)
    return InitReport(
        workspace=root,
        tables=tuple(t.name for t in loaded),
        metrics=tuple(m["name"] for m in found.metrics),
        dimensions=tuple(d["name"] for d in found.dimensions),
        transcripts=transcripts,
        checks=checks,
    )


def _copy_transcripts(aside: Path, mappings: dict[Path, TranscriptSettings]) -> tuple[str, ...]:
    folder = aside / "transcripts"
    folder.mkdir()
    for file in mappings:
        shutil.copyfile(file, folder / file.name)
    return tuple(file.name for file in mappings)


def _transcripts(
    warehouse: Path, profiles: Sequence["TableProfile"], mappings: dict[Path, TranscriptSettings]
) -> TranscriptSettings | None:
    """Take the first file's shape for all files that share it, and find the table of their contacts."""
    from indexes.ingest import read_contacts
    from semantic_layer.starter import find_holder

    first = next(iter(mappings), None)
    if first is None:
        return None
    fields = mappings[first].fields
    files = _patterns([file for file, mapping in mappings.items() if mapping.fields == fields], mappings)
    sample = islice((read.contact.contact_id for read in read_contacts(first, fields) if read.contact), 200)
    holder = find_holder(warehouse, profiles, list(sample))
    return TranscriptSettings(files=files, fields=fields, **holder)


def _patterns(files: Sequence[Path], all_files: Collection[Path]) -> tuple[str, ...]:
    """Name files one by one, or by their suffix where many have it, so that those added later are read too."""
    suffixes = {file.suffix for file in files}
    many = {s for s in suffixes if sum(file.suffix == s for file in files) > 1 and _all_taken(s, files, all_files)}
    single = (f"transcripts/{file.name}" for file in files if file.suffix not in many)
    return (*(f"transcripts/*{suffix}" for suffix in sorted(many)), *single)


def _all_taken(suffix: str, files: Sequence[Path], all_files: Collection[Path]) -> bool:
    return all(file in files for file in all_files if file.suffix == suffix)


def _export_text(aside: Path, warehouse: Path, text: "TextColumn", progress: Progress | None) -> TranscriptSettings:
    """Write a free-text column as one-turn transcripts, so that it is redacted, searched and quoted."""
    from semantic_layer.starter import read_text

    if progress:
        progress(f"reading the text of {text.column}", 0, 1)
    with (aside / "transcripts" / f"{text.table}.jsonl").open("w", encoding="utf-8") as out:
        for contact_id, words in read_text(warehouse, text):
            turn = {"turn": 1, "speaker": "customer", "text": words}
            out.write(json.dumps({"contact_id": contact_id, "turns": [turn]}, ensure_ascii=False) + "\n")
    if text.key is None:
        return TranscriptSettings(files=("transcripts/*.jsonl",))
    return TranscriptSettings(files=("transcripts/*.jsonl",), table=text.table, key=text.key)


def _write_config(
    aside: Path, name: str, transcripts: TranscriptSettings | None, as_of: date | None, names: Sequence[str]
) -> None:
    config: dict[str, Any] = {"name": name, "engine": {"path": "warehouse.duckdb"}}
    if as_of is not None:
        config["as_of"] = as_of
    if transcripts is not None:
        config["transcripts"] = transcripts.model_dump(mode="json", exclude_defaults=True) or {"key": transcripts.key}
    if names:
        config["redaction"] = {"known_names": list(names)}
    (aside / "because.yml").write_text(_yaml(config), encoding="utf-8")


def _write_metrics(aside: Path, content: dict[str, tuple[dict[str, Any], ...]], checks: Sequence[str]) -> None:
    folder = aside / "metrics"
    folder.mkdir()
    head = _HEAD.format(checks="\n".join(f"#   - {check}" for check in checks) or "#   - nothing was found")
    for key, specs in content.items():
        body = _yaml({key: list(specs)})
        (folder / f"{key}.yml").write_text((head if key == "metrics" else "") + body, encoding="utf-8")


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
