"""The dictionary as one page that needs nothing else: no network, no server."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from semantic_layer.errors import BecauseError

if TYPE_CHECKING:
    from assistant.access import Access
    from semantic_layer.model import Catalogue, MetricSpec, Version
    from ui.opened import Opened

PILLARS = ("customer", "employee", "economic", "strategic", None)
_HERE = Path(__file__).parent


def dictionary_page(here: "Opened", access: "Access | None") -> str:
    """Return the dictionary as HTML, as a role has it where there is one."""
    from evals.render import templates

    script = (_HERE / "static" / "dictionary.js").read_text(encoding="utf-8")
    environment = templates(_HERE / "templates")
    environment.filters |= {"anchor": lambda name: quote(name, safe="")}
    return environment.get_template("dictionary.html").render(
        document(here, access), script=script, script_hash=_hash(script)
    )


def _hash(script: str) -> str:
    """Return what the page's policy lets run: this script and no other."""
    return "sha256-" + b64encode(sha256(script.encode()).digest()).decode()


def document(here: "Opened", access: "Access | None") -> dict[str, Any]:
    """Return what the page shows, as plain values."""
    catalogue = access.catalogue if access else here.catalogue
    writer = _Writer(here, catalogue, access)
    shown = [m for m in catalogue.metrics if not m.hidden]
    metrics = [writer.metric(m) for m in shown]
    owners = sorted({m.owner for m in shown}, key=str.casefold)
    return {
        "workspace": here.workspace.config.name,
        "scope": access.scope if access else None,
        "dated": access is not None and access.dates is not None,
        "pillars": [(name, found) for name in PILLARS if (found := [m for m in metrics if m["pillar"] == name])],
        "owners": [(owner, [m for m in metrics if m["owner"] == owner]) for owner in owners],
        "dimensions": [d for d in catalogue.dimensions if not d.hidden],
        "tables": writer.tables(metrics),
        "parameters": catalogue.parameters,
        "broken": sum(p.severity == "error" for p in here.loaded.problems),
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one metric after another for a page."""

    here: "Opened"
    catalogue: "Catalogue"
    access: "Access | None"

    def metric(self, metric: "MetricSpec") -> dict[str, Any]:
        from semantic_layer.compile import sliceable
        from semantic_layer.lineage import lineage

        rests = lineage(metric.name, self.catalogue)
        file, line = self.here.loaded.sources.get(f"metric:{metric.name}", ("", 0))
        return {
            "spec": metric,
            "pillar": metric.pillar,
            "owner": metric.owner,
            "words": self.words(metric, metric.version),
            "sql": self.sql(metric, metric.version),
            "uses": [name for name in rests.metrics if self.open(name)],
            "uses_others": not all(self.open(name) for name in rests.metrics),
            "used_by": [m.name for m in self.catalogue.metrics if self.open(m.name) and metric.name in self.named(m)],
            "columns": rests.columns,
            "dimensions": sliceable(metric.name, self.catalogue),
            "versions": [self.version(metric, entry) for entry in reversed(metric.versions)],
            "source": f"{file}:{line}" if file else "",
        }

    def version(self, metric: "MetricSpec", entry: "Version") -> dict[str, Any]:
        former = entry.version != metric.version
        return {
            "entry": entry,
            "words": self.words(metric, entry.version) if former else (),
            "sql": self.sql(metric, entry.version) if former else None,
        }

    def words(self, metric: "MetricSpec", version: int) -> Sequence[str]:
        """Say a formula in words, unless that names a metric that is not open to the role."""
        from semantic_layer.in_words import in_words

        if self.catalogue.closed.intersection(self.named(metric)):
            return ("Computed from metrics of which not all are open to this role.",)
        return in_words(metric, metric.formula(version))

    def sql(self, metric: "MetricSpec", version: int) -> str:
        """Return what runs for the last complete month, narrowed for a role; or why nothing does."""
        from assistant.windows import last_months
        from semantic_layer.compile import compile_query
        from semantic_layer.query import MetricQuery

        as_of = self.access.dates.as_of if self.access and self.access.dates else None
        versions = ((metric.name, version),) if version != metric.version else ()
        window = last_months(as_of, 1) if as_of else None
        query = MetricQuery(metrics=(metric.name,), window=window, definition=versions)
        try:
            compiled = compile_query(query, self.catalogue, as_of=as_of)
            return (self.access.engine.prepared(compiled) if self.access else compiled).text
        except BecauseError as error:
            return f"-- {error}"

    def named(self, metric: "MetricSpec") -> tuple[str, ...]:
        from semantic_layer.lineage import lineage

        return lineage(metric.name, self.catalogue).metrics

    def open(self, name: str) -> bool:
        return not self.catalogue.metric(name).hidden

    def tables(self, metrics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the tables that shown metrics and dimensions rest on, with the metrics of each."""
        read = {t.name: [m for m in metrics if t.name in dict(m["columns"])] for t in self.catalogue.tables}
        cut = {d.table for d in self.catalogue.dimensions if not d.hidden}
        return [{"spec": t, "metrics": read[t.name]} for t in self.catalogue.tables if read[t.name] or t.name in cut]
