"""A bad file is named with its line and left out; the others keep working."""

from pathlib import Path

import pytest

from semantic_layer.loader import Loaded, load_catalogue

GOOD = "tables:\n  - {name: facts, key: id}\n"
METRIC = (
    "metrics:\n  - name: n\n    label: N\n    type: simple\n    definition: Rows.\n    unit: count\n    owner: Me\n"
)


def loaded(folder: Path, **files: str) -> Loaded:
    for name, text in {"good": GOOD, **files}.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


@pytest.mark.parametrize(
    ("text", "line", "code", "said"),
    [
        ("metrics:\n  - name: [broken\n", 3, "bad_yaml", "cannot be read"),
        ("- just\n- a list\n", 1, "bad_yaml", "no mapping"),
        ("tabels: []\n", 1, "unknown_key", "did you mean 'tables'?"),
        (METRIC + "    lable: x\n", 8, "unknown_key", "did you mean 'label'?"),
        (METRIC.replace("simple", "simpel"), 4, "wrong_value", "simpel"),
        (METRIC.replace("    unit: count\n", ""), 2, "missing_key", "'unit' is missing"),
        (METRIC + "    measure: {table: facts, agg: count, were: x}\n", 8, "unknown_key", "did you mean 'where'?"),
        (METRIC + "    unit: EUR\n", 8, "repeated_key", "'unit' stands twice"),
        ("tables:\n  - {name: facts}\n", 2, "duplicate_name", "first at"),
        ("parameters:\n  margin: much\n", 2, "wrong_type", "must be a number"),
        ("metrics: {name: n}\n", 1, "wrong_type", "must be a list"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int, code: str, said: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, zz_bad=text)
    problem = found.problems[0]
    assert (problem.file, problem.line, problem.code) == (f"{tmp_path.name}/zz_bad.yml", line, code)
    assert said in f"{problem.message} {problem.hint}"
    assert [t.name for t in found.catalogue.tables] == ["facts"]
    assert found.catalogue.metrics == ()


def test_names_are_found_where_they_stand(tmp_path: Path) -> None:
    found = loaded(tmp_path, more="# a comment\n\n" + METRIC)
    assert found.problems == ()
    assert found.sources["metric:n"] == (f"{tmp_path.name}/more.yml", 4)
    assert found.sources["table:facts"] == (f"{tmp_path.name}/good.yml", 2)


def test_yes_no_and_on_stay_words(tmp_path: Path) -> None:
    text = "dimensions:\n  - {name: d, label: no, table: facts, values: {yes: [on]}}\n"
    (dimension,) = loaded(tmp_path, words=text).catalogue.dimensions
    assert (dimension.label, dimension.values) == ("no", {"yes": ("on",)})


def test_a_folder_without_definitions_says_what_to_do(tmp_path: Path) -> None:
    (problem,) = load_catalogue(tmp_path).problems
    assert problem.code == "no_definitions"
    assert "because init" in problem.hint


def test_yaml_cannot_make_objects(tmp_path: Path) -> None:
    found = loaded(tmp_path, zz_bad="tables: !!python/object/apply:os.system ['true']\n")
    assert found.problems[0].code == "bad_yaml"
