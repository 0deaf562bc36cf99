"""Makes the demo workspace: the world, its dictionary and its suites; what stands already is kept."""

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from evals.world.build import AS_OF, Progress, build_world, scenario_file

_HERE = Path(__file__).parent
_TEMPLATE = _HERE / "workspace"
_STAMP = ".world.json"
_BUILT = ("warehouse.duckdb", "truth.json")


def make_demo(
    workspace: Path,
    *,
    size: str = "demo",
    seed: int = 7,
    scenario: Path | None = None,
    as_of: date = AS_OF,
    progress: Progress | None = None,
) -> bool:
    """Make or refresh the demo workspace; return whether the world was built anew.

    Files of the workspace that its user changed (because.yml, metrics, suites) are left as they are.
    Raises UserError (unknown_size, bad_scenario).
    """
    workspace.mkdir(parents=True, exist_ok=True)
    _copy_missing(_TEMPLATE, workspace)
    stamp = _stamp(size, seed, scenario, as_of)
    file = workspace / _STAMP
    if _read(file) == stamp and all((workspace / name).is_file() for name in _BUILT):
        return False
    file.unlink(missing_ok=True)
    build_world(workspace, size=size, seed=seed, scenario=scenario, as_of=as_of, progress=progress)
    file.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    return True


def _copy_missing(source: Path, target: Path) -> None:
    for file in sorted(source.rglob("*")):
        copy = target / file.relative_to(source)
        if file.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


def _stamp(size: str, seed: int, scenario: Path | None, as_of: date) -> dict[str, Any]:
    """Return what decides the world, the generator's own files included."""
    return {
        "size": size,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "scenario": _digest([scenario_file(size, scenario)]),
        "generator": _digest(sorted(_HERE.glob("*.py")) + sorted((_HERE / "talk").rglob("*.[py]*"))),
    }


def _digest(files: list[Path]) -> str:
    content = hashlib.sha256()
    for file in files:
        if file.is_file() and file.suffix != ".pyc":
            content.update(file.read_bytes())
    return content.hexdigest()


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
