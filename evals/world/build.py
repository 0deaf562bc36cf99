"""Builds the simulated contact centre: warehouse, transcripts and the truth about what was planted."""

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from evals.world import company as co
from evals.world import contacts, customers, outcomes, transcripts, voices
from evals.world.agents import TEAMS, Agents, hire
from evals.world.effect import Scenario
from evals.world.planter import Planter
from evals.world.scenario import load_scenario
from evals.world.sink import DirectSink, ParquetSink, Sink, as_json, texts
from evals.world.sizes import MONTHS, Month, Size, months_to, size_named
from evals.world.truth import effect_truth
from evals.world.views import create_views
from semantic_layer.storage import build_aside

Progress: TypeAlias = Callable[[str, int, int], None]
SCENARIOS = Path(__file__).parent / "scenarios"
AS_OF = date(2026, 10, 31)


def build_world(
    folder: Path,
    *,
    size: str = "demo",
    seed: int = 7,
    scenario: Path | None = None,
    as_of: date = AS_OF,
    progress: Progress | None = None,
) -> None:
    """Write `warehouse.duckdb`, `transcripts/transcripts.jsonl` and `truth.json` into a folder.

    Equal arguments give equal rows and equal bytes. Raises UserError (unknown_size, bad_scenario).
    """
    plan = _plan(size_named(size), seed, scenario, as_of)
    tell = progress or (lambda *_: None)
    folder.mkdir(parents=True, exist_ok=True)
    with build_aside(folder / "warehouse.duckdb") as connection:
        _fill(connection, folder, plan, tell)
        create_views(connection)
        written = _transcripts(connection, folder / "transcripts" / "transcripts.jsonl", plan, tell)
        _truth(connection, folder / "truth.json", plan, written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides a world."""

    size: Size
    seed: int
    as_of: date
    agents: Agents
    planter: Planter
    scenario: Scenario

    def rng(self, *key: int) -> np.random.Generator:
        """Return the random numbers of one table and month, whatever else was drawn."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


def scenario_file(size: str, scenario: Path | None) -> Path:
    """Return the scenario to plant: the one given, or the size's own. Raises UserError unknown_size."""
    return scenario or SCENARIOS / size_named(size).scenario


def _plan(size: Size, seed: int, scenario: Path | None, as_of: date) -> Plan:
    months = months_to(as_of)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
    agents = hire(rng, a_team=size.agents_a_team, first=months[0].start, last=as_of)
    members = members_of(agents)
    loaded = load_scenario(scenario_file(size.name, scenario), members=members, as_of=as_of)
    planter = Planter(effects=loaded.effects, members=members, as_of=as_of)
    return Plan(size=size, seed=seed, as_of=as_of, agents=agents, planter=planter, scenario=loaded)


def members_of(agents: Agents) -> dict[str, tuple[str, ...]]:
    """Return the values of every dimension an effect may filter by."""
    return {
        "segment": co.SEGMENTS, "region": co.REGIONS, "product": co.PRODUCTS, "plan": co.PLANS,
        "acquisition_channel": co.ACQUISITIONS, "contract_type": co.CONTRACTS, "tenure_band": co.TENURES,
        "channel": co.CHANNELS, "queue": co.QUEUES, "topic": contacts.TOPICS, "handled_by": co.HANDLERS,
        "agent": agents.names, "team": tuple(team for team, _ in TEAMS), "site": co.SITES,
    }  # fmt: skip


def _fill(connection: Any, folder: Path, plan: Plan, tell: Progress) -> None:
    with ExitStack() as stack:
        sink = _sink(connection, folder, plan.size, stack)
        base = customers.found(plan.rng(1), plan.size.customers, months_to(plan.as_of)[0].start)
        numbers = _Numbers()
        for month in months_to(plan.as_of):
            tell(f"Living through {month.start:%B %Y}", month.index, MONTHS)
            base = _month(sink, plan, base, month, numbers)
        _dimensions(sink, plan, base)
        tell("Loading tables", MONTHS, MONTHS)
        sink.close()


def _sink(connection: Any, folder: Path, size: Size, stack: ExitStack) -> Sink:
    if not size.through_parquet:
        return DirectSink(connection)
    parquet = stack.enter_context(tempfile.TemporaryDirectory(prefix=".parquet-", dir=folder))
    return ParquetSink(connection, Path(parquet))


@dataclass(slots=True)
class _Numbers:
    """Counters that name contacts, surveys and reviews."""

    contact: int = 1
    survey: int = 1
    review: int = 1


def _month(sink: Sink, plan: Plan, base: customers.Base, month: Month, numbers: _Numbers) -> customers.Base:
    snapshot = customers.live(base, plan.rng(2, month.index), month, plan.planter)
    sink.write("fct_subscription_months", _snapshot_columns(snapshot, month))
    _contacts(sink, plan, base, snapshot.customer, month, numbers)
    rng = plan.rng(3, month.index)
    won = rng.poisson(plan.size.customers * (co.CHURN + _WORRY_EXTRA) * (1 + _GROWTH))
    return customers.join(base, rng, month, int(won))


# Sign-ups replace what leaves before anything is planted: the worried group's surplus and the withdrawals.
_WORRY_EXTRA = 0.096 * (co.WORRY_CHURN - co.CHURN) + 0.0005
_GROWTH = 0.0


def _snapshot_columns(rows: customers.Snapshot, month: Month) -> Mapping[str, Any]:
    return {
        "customer": rows.customer + 1,
        "month": np.full(len(rows.customer), month.start.toordinal()),
        "churned_on": rows.churned_on,
        "reason": rows.reason,
        "mrr_start": rows.mrr_start,
        "mrr_end": rows.mrr_end,
        "held": rows.held,
        "risk": rows.risk,
    }


def _contacts(sink: Sink, plan: Plan, base: customers.Base, who: Any, month: Month, numbers: _Numbers) -> None:
    a_customer = plan.size.contacts / plan.size.customers / MONTHS
    rng = plan.rng(4, month.index)
    arrived = contacts.arrive(base, who, plan.agents, rng, month, plan.planter, a_customer)
    found = outcomes.settle(arrived, plan.rng(5, month.index), plan.planter)
    number = numbers.contact + np.arange(len(arrived))
    sink.write("fct_contacts", _contact_columns(arrived, found, number))
    end = (plan.as_of.toordinal() + 1) * 86_400
    surveys = voices.answer(arrived, found, plan.rng(6, month.index), plan.planter, end)
    reviews = voices.review(arrived, found, plan.rng(7, month.index), plan.planter, end)
    sink.write("fct_surveys", _survey_columns(arrived, surveys, number, numbers.survey))
    sink.write("fct_qa_reviews", _review_columns(arrived, reviews, number, numbers.review))
    numbers.contact += len(arrived)
    numbers.survey += len(surveys.position)
    numbers.review += len(reviews.position)


def _contact_columns(arrived: contacts.Arrivals, found: outcomes.Outcomes, number: Any) -> Mapping[str, Any]:
    codes = arrived.rows.codes
    dimensions = {name: codes[name] for name in ("agent", "channel", "queue", "topic", "handled_by")}
    results = {name: getattr(found, name) for name in outcomes.Outcomes.__dataclass_fields__ if name != "human"}
    return {
        "contact": number,
        "customer": arrived.customer + 1,
        "second": arrived.second,
        "completed": arrived.completed,
        **dimensions,
        **results,
    }


def _survey_columns(arrived: contacts.Arrivals, rows: voices.Surveys, number: Any, first: int) -> Mapping[str, Any]:
    return {
        "survey": first + np.arange(len(rows.position)),
        "contact": number[rows.position],
        "customer": arrived.customer[rows.position] + 1,
        "second": rows.second,
        "csat": rows.csat,
        "nps": rows.nps,
        "ces": rows.ces,
    }


def _review_columns(arrived: contacts.Arrivals, rows: voices.Reviews, number: Any, first: int) -> Mapping[str, Any]:
    flags = {name: getattr(rows, name) for name in ("disclosure_missed", "empathy", "knowledge", "process")}
    return {
        "review": first + np.arange(len(rows.position)),
        "contact": number[rows.position],
        "agent": arrived.rows.codes["agent"][rows.position],
        "second": rows.second,
        "score": rows.score,
        **flags,
    }


def _dimensions(sink: Sink, plan: Plan, base: customers.Base) -> None:
    sink.write(
        "dim_customers",
        {"customer": np.arange(len(base)) + 1, **base.codes, "signed_up": base.signed_up, "lifetime": base.lifetime},
    )
    agents = plan.agents
    sink.write(
        "dim_agents",
        {
            "agent": np.arange(len(agents.names)),
            "agent_name": texts(agents.names),
            "team": agents.team,
            "site": agents.site,
            "hired": agents.hired,
        },
    )
    records = sorted(
        (i for i in plan.scenario.interventions if i.started_on <= plan.as_of), key=lambda i: (i.started_on, i.name)
    )
    sink.write(
        "fct_interventions",
        {
            "intervention": np.arange(len(records)) + 1,
            "started_on": np.array([i.started_on.toordinal() for i in records], dtype=np.int64),
            "scope": texts([as_json({d: list(v) for d, v in i.scope.items()}) for i in records]),
            **{
                name: texts([getattr(i, name) or "" for i in records])
                for name in ("kind", "name", "owner", "description", "target_metric")
            },
        },
    )


def _transcripts(connection: Any, file: Path, plan: Plan, tell: Progress) -> transcripts.Written:
    effects = plan.scenario.effects
    if not plan.size.transcripts:
        file.unlink(missing_ok=True)
        return transcripts.Written(count=0, personal=[], injections=[], causes=[])
    numbers = transcripts.choose(connection, effects, plan.size.transcripts, plan.rng(10))
    return transcripts.write(
        connection, file, effects, numbers, seed=plan.seed, told=lambda done, total: tell("Transcripts", done, total)
    )


def _truth(connection: Any, file: Path, plan: Plan, written: transcripts.Written) -> None:
    """Write what was planted, with the sizes it really had."""
    first = months_to(plan.as_of)[0].start
    truth = {
        "size": plan.size.name,
        "seed": plan.seed,
        "as_of": plan.as_of.isoformat(),
        "first": first.isoformat(),
        "scenario": plan.scenario.digest,
        "effects": [effect_truth(connection, e, plan.planter, first) for e in plan.scenario.effects],
        "transcripts": {
            "contacts": written.count,
            "personal": written.personal,
            "injections": written.injections,
            "causes": written.causes,
        },
    }
    aside = file.with_suffix(".tmp")
    aside.write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(file)
