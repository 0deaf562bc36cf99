"""A dimension that lies in another is never combined with it, and is where one goes deeper."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from assistant.analysis.drivers import explain
from semantic_layer.cube import run_cube
from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import UserError
from semantic_layer.hierarchies import ancestors, children, nested
from semantic_layer.loader import Loaded, load_catalogue
from semantic_layer.query import CubeQuery, TimeWindow
from semantic_layer.storage import build_aside
from semantic_layer.validate import check

from datetime import date  # isort: skip

MODEL = """
tables:
  - {name: calls, key: id, time: day, joins: [{to: sites, on: site}]}
  - {name: sites, key: site}
dimensions:
  - {name: site, label: Site, table: sites, parent: region}
  - {name: region, label: Region, table: sites, parent: company}
  - {name: company, label: Company, table: sites}
  - {name: kind, label: Kind, table: calls}
metrics:
  - {name: solved, label: Solved, type: ratio, definition: d, unit: ratio, owner: O,
     numerator: {table: calls, agg: count, where: solved}, denominator: {table: calls, agg: count}}
"""
# Site s1 has one row in another region: by the rows alone, a site does not tell the region.
ROWS = """
CREATE TABLE sites AS SELECT 's' || i AS site, 'r' || (i // 4) AS region, 'c' AS company FROM range(12) r(i);
CREATE TABLE calls AS SELECT i AS id, DATE '2026-01-01' + (i % 59)::INT AS day, 's' || (i % 12) AS site,
  'k' || (hash(i + 7) % 3) AS kind, hash(i) % 10 < CASE WHEN i % 12 = 5 AND i % 59 >= 31 THEN 3 ELSE 7 END AS solved
FROM range(60000) r(i);
"""
JANUARY = TimeWindow(start=date(2026, 1, 1), end=date(2026, 1, 31))
FEBRUARY = TimeWindow(start=date(2026, 2, 1), end=date(2026, 2, 28))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("hierarchies")
    (folder / "model.yml").write_text(MODEL, encoding="utf-8")
    return load_catalogue(folder)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "warehouse.duckdb"
    with build_aside(path) as connection:
        connection.execute(ROWS)
    return path


def test_a_dimension_knows_what_it_lies_in_and_what_lies_in_it(loaded):
    catalogue = loaded.catalogue
    assert ancestors("site", catalogue) == ("region", "company")
    assert children("region", catalogue) == ("site",)
    assert nested(("kind", "company", "site"), catalogue) == {("site", "company")}


def test_a_parent_that_a_role_may_not_see_ends_the_line(loaded):
    seen = [d for d in loaded.catalogue.dimensions if d.name != "region"]
    assert ancestors("site", loaded.catalogue.model_copy(update={"dimensions": tuple(seen)}).indexed()) == ()


def test_a_cause_never_names_a_site_and_its_region(loaded, file):
    engine = DuckDbEngine(file)
    query = CubeQuery(metric="solved", dimensions=("site", "region", "kind"), now=FEBRUARY, before=JANUARY)
    cube, _ = run_cube(query, loaded.catalogue, engine)
    engine.close()
    astray = np.concatenate([cube.codes, cube.codes[:1] * [1, 0, 1] + [0, 2, 0]])
    arrays = {name: np.append(getattr(cube, name), 1.0) for name in ("rows", "n", "d", "nn", "nd", "dd")}
    blurred = dataclasses.replace(cube, codes=astray, period=np.append(cube.period, 1), **arrays)
    named = [{f.dimension for f in s.filters} for s in explain(blurred).segments]
    assert named
    assert not any({"site", "region"} <= dimensions for dimensions in named)


def test_the_planted_site_is_named_alone(loaded, file):
    engine = DuckDbEngine(file)
    query = CubeQuery(metric="solved", dimensions=("site", "region", "company", "kind"), now=FEBRUARY, before=JANUARY)
    cube, _ = run_cube(query, loaded.catalogue, engine)
    engine.close()
    lead = explain(cube).segments[0]
    assert [(f.dimension, f.values) for f in lead.filters] == [("site", ("s5",))]


def problems(tmp_path: Path, file: Path, old: str, new: str) -> list[tuple[str, str, str]]:
    assert old in MODEL
    (tmp_path / "model.yml").write_text(MODEL.replace(old, new, 1), encoding="utf-8")
    engine = DuckDbEngine(file)
    found = check(load_catalogue(tmp_path), engine)
    engine.close()
    return [(p.severity, p.code, f"{p.message} {p.hint}") for p in found]


@pytest.mark.parametrize(
    ("old", "new", "severity", "code", "said"),
    [
        ("parent: company}", "parent: compnay}", "error", "unknown_dimension", "did you mean 'company'?"),
        ("table: sites}\n  - {name: kind", "table: sites, parent: site}\n  - {name: kind", "error", "cyclic_hierarchy",
         "lies in itself: company > site > region > company"),
        ("parent: region}", "parent: kind}", "warning", "cannot_nest", "no join leads from sites to calls"),
        ("label: Kind, table: calls}", "label: Kind, table: calls, parent: site}", "warning", "not_nested",
         "3 members, such as 'k0', lie in several site"),
    ],
)  # fmt: skip
def test_what_is_no_hierarchy_is_told(tmp_path, file, old, new, severity, code, said):
    found = [p for p in problems(tmp_path, file, old, new) if p[1] == code]
    assert found
    assert found[0][0] == severity
    assert any(said in text for _, _, text in found)


def test_a_sound_hierarchy_raises_no_doubt(loaded, file):
    engine = DuckDbEngine(file)
    assert check(loaded, engine) == ()
    engine.close()


def test_a_circle_is_an_error_before_anything_is_asked(tmp_path):
    (tmp_path / "model.yml").write_text(
        MODEL.replace("table: sites}\n  - {name: kind", "table: sites, parent: region}\n  - {name: kind")
    )
    with pytest.raises(UserError, match="lies in itself"):
        ancestors("site", load_catalogue(tmp_path).catalogue)
