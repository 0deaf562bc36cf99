"""The demo world in other words: every label, name, synonym and member replaced by nonsense."""

import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

KEPT = {"of", "per", "the", "a", "an", "and", "by", "to", "in", "at", "from", "with"}


class Renaming:
    """Maps words to invented ones, the same word always to the same one."""

    def __init__(self, seed: int = 11) -> None:
        self._random = random.Random(seed)
        self._words: dict[str, str] = {}

    def word(self, word: str) -> str:
        """Return the invented word, in the same case."""
        if word.lower() in KEPT or not word.isalpha():
            return word
        plain = word.lower()
        if plain not in self._words:
            self._words[plain] = self._invent()
        new = self._words[plain]
        return new.upper() if word.isupper() and len(word) > 1 else new.capitalize() if word[0].isupper() else new

    def text(self, text: str) -> str:
        """Replace every word of a label, a synonym or a member."""
        return re.sub(r"[^\W\d_]+", lambda m: self.word(m.group(0)), text)

    def name(self, name: str) -> str:
        """Replace every word of a metric's or dimension's name."""
        return "_".join(self.word(part) for part in name.split("_"))

    def _invent(self) -> str:
        while True:
            word = "".join(self._random.choice("bdfgklmnprtvz") + self._random.choice("aeiou") for _ in range(4))
            if word not in self._words.values():
                return word


def rename_workspace(source: Path, target: Path) -> Renaming:
    """Write a renamed copy of a demo workspace, without transcripts."""
    new = Renaming()
    target.mkdir(parents=True)
    config = yaml.safe_load((source / "because.yml").read_text())
    config.pop("transcripts", None)
    (target / "because.yml").write_text(yaml.safe_dump(config))
    content = {f: yaml.safe_load(f.read_text()) for f in sorted((source / "metrics").glob("*.yml"))}
    dimensions = [d for c in content.values() for d in (c or {}).get("dimensions", [])]
    for dimension in dimensions:
        if not dimension.get("expr"):
            dimension.setdefault("column", dimension["name"])
    members = _members(source / "warehouse.duckdb", dimensions)
    names = {m["name"] for c in content.values() for m in (c or {}).get("metrics", [])} | {
        d["name"] for d in dimensions
    }
    literals = {m for found in members.values() for m in found} | _literals(dimensions)
    _metrics(target, content, new, names, literals)
    _warehouse(source / "warehouse.duckdb", target / "warehouse.duckdb", members, new)
    _suites(source / "evals", target / "evals", new, literals)
    _truth(source / "truth.json", target / "truth.json", new)
    return new


def _members(warehouse: Path, dimensions: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return {
            (d["table"], d["column"]): [
                r[0] for r in con.execute(f'SELECT DISTINCT "{d["column"]}" FROM "{d["table"]}"').fetchall() if r[0]
            ]
            for d in dimensions
            if d.get("column") and d.get("type", "text") == "text"
        }


def _literals(dimensions: list[dict[str, Any]]) -> set[str]:
    return {literal for d in dimensions for literal in re.findall(r"'([^']+)'", d.get("expr") or "") if " " in literal}


def _sql(text: str, new: Renaming, literals: set[str]) -> str:
    return re.sub(r"'([^']+)'", lambda m: f"'{new.text(m[1])}'" if m[1] in literals else m[0], text)


def _metrics(target: Path, content: Mapping[Path, Any], new: Renaming, names: set[str], literals: set[str]) -> None:
    (target / "metrics").mkdir()
    for file, found in content.items():
        (target / "metrics" / file.name).write_text(yaml.safe_dump(_walk(found, new, names, literals), sort_keys=False))


def _walk(node: Any, new: Renaming, names: set[str], literals: set[str], key: str = "") -> Any:
    if isinstance(node, dict) and key == "values":
        return {new.text(member): [new.text(s) for s in synonyms] for member, synonyms in node.items()}
    if isinstance(node, dict):
        plain = {"on" if key is True else key: value for key, value in node.items()}  # YAML 1.1 reads `on` as true
        return {k: _walk(v, new, names, literals, k) for k, v in plain.items()}
    if isinstance(node, list):
        return [_walk(item, new, names, literals, key) for item in node]
    if not isinstance(node, str):
        return node
    if key in ("label", "synonyms", "order"):
        return new.text(node)
    if key in ("name", "read_with") and node in names:
        return new.name(node)
    if key in ("expr", "where"):
        swapped = re.sub(r"\b\w+\b", lambda m: new.name(m[0]) if m[0] in names and _derived(node) else m[0], node)
        return _sql(swapped, new, literals)
    return "renamed" if key in ("definition", "description", "caveat", "reason") else node


def _derived(expression: str) -> bool:
    """Tell an expression over metrics from one over columns, which keep their names."""
    return not re.search(r"'|\bcase\b|_id\b|[<>=@]", expression, re.IGNORECASE) and bool(
        re.search(r"[-+*/]", expression)
    )


def _warehouse(
    source: Path,
    target: Path,
    members: Mapping[tuple[str, str], list[str]],
    new: Renaming,
) -> None:
    with duckdb.connect(str(target)) as con:
        con.execute(f"ATTACH '{source}' AS source (READ_ONLY)")
        tables = [
            r[0] for r in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name='source'").fetchall()
        ]
        for table in tables:
            columns = {c: found for (t, c), found in members.items() if t == table}
            swaps = ", ".join(_swap(c, found, new) for c, found in columns.items())
            con.execute(
                f'CREATE TABLE "{table}" AS SELECT * {f"REPLACE ({swaps})" if swaps else ""} FROM source."{table}"'
            )
        con.execute("DETACH source")


def _swap(column: str, members: list[str], new: Renaming) -> str:
    cases = " ".join(f"WHEN '{_quoted(m)}' THEN '{_quoted(new.text(m))}'" for m in members)
    return f'CASE "{column}" {cases} END AS "{column}"' if members else f'"{column}" AS "{column}"'


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _suites(source: Path, target: Path, new: Renaming, literals: set[str]) -> None:
    """Carry over the references; the questions of hand-written cases stay with the world they speak of."""
    target.mkdir()
    suite = yaml.safe_load((source / "reference.yml").read_text())
    suite["frames"] = {
        name: {**frame, "dimensions": {new.name(d): e for d, e in frame["dimensions"].items()}}
        for name, frame in suite["frames"].items()
    }
    suite["references"] = {
        new.name(metric): {k: _sql(v, new, literals) for k, v in reference.items()}
        for metric, reference in suite["references"].items()
    }
    (target / "reference.yml").write_text(yaml.safe_dump(suite, sort_keys=False))


def _truth(source: Path, target: Path, new: Renaming) -> None:
    truth = json.loads(source.read_text())
    for effect in truth["effects"]:
        effect["metric"] = new.name(effect["metric"])
        if effect.get("expect"):
            effect["expect"]["segment"] = {
                new.name(d): [new.text(str(m)) for m in ms] for d, ms in (effect["expect"].get("segment") or {}).items()
            }
    target.write_text(json.dumps(truth))
