"""Run a suite through the assistant, score every case, and sum up with intervals."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from assistant.types import Answer, Outcome
from evals import scorers
from evals.bench import Bench
from evals.cases import Case
from evals.figures import figures
from evals.grounding import grounding
from evals.relation import relation
from evals.score import Score
from evals.stats import Proportion, clustered

Verdict: TypeAlias = Literal["right", "silent_wrong", "false_refusal", "missed_refusal", "wrong_abstention"]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A case, what came out, and how it was judged; `features` are what confidence was made of."""

    case: Case
    outcome_id: str
    outcome_kind: str
    headline: str
    verdict: Verdict
    scores: tuple[Score, ...]
    ms: float
    intent: str = ""
    features: dict[str, float] = field(default_factory=dict)
    probability: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The record of a set of results.

    accuracy, silent_wrong: of all cases; false_refusal: of those that should be answered;
    missed_refusal: of those that should not.
    """

    accuracy: Proportion
    silent_wrong: Proportion
    false_refusal: Proportion
    missed_refusal: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run of a suite: overall, and generated and hand-written cases apart."""

    run_id: str
    suite: str
    started_at: datetime
    results: tuple[Result, ...]
    overall: Summary
    by_origin: tuple[tuple[str, Summary], ...]


def run_cases(bench: Bench, suite: str, cases: Sequence[Case], *, progress: Progress | None = None) -> RunReport:
    """Ask every case and judge it; a case that crashes is wrong, never dropped."""
    started = datetime.now(UTC)
    results = []
    for number, case in enumerate(cases):
        if progress:
            progress(case.question, number, len(cases))
        results.append(run_case(bench, case))
    return report_of(suite, results, started)


def report_of(suite: str, results: Sequence[Result], started: datetime) -> RunReport:
    """Sum up results: overall, and by where the cases come from."""
    origins = sorted({result.case.origin for result in results})
    return RunReport(
        run_id=f"{started:%Y%m%d-%H%M%S-%f}-{suite}",
        suite=suite,
        started_at=started,
        results=tuple(results),
        overall=summarise(results),
        by_origin=tuple((o, summarise([r for r in results if r.case.origin == o])) for o in origins),
    )


def run_case(bench: Bench, case: Case) -> Result:
    """Ask one case, after its history, and judge the outcome."""
    start = datetime.now(UTC)
    try:
        outcome = _ask(bench, case)
    except Exception as error:
        return _crashed(case, error)
    return judged(bench, case, outcome, ms=(datetime.now(UTC) - start).total_seconds() * 1000)


def judged(bench: Bench, case: Case, outcome: Outcome, *, ms: float) -> Result:
    """Judge an outcome that took so many milliseconds; a scorer that crashes makes the case wrong."""
    try:
        scores = (*judge(bench, case, outcome), *_spent(case, outcome, ms))
    except Exception as error:
        return _crashed(case, error)
    answer = outcome if isinstance(outcome, Answer) else None
    return Result(
        case=case,
        outcome_id=outcome.id,
        outcome_kind=outcome.kind,
        headline=answer.headline if answer else "",
        verdict=verdict(case, outcome, scores),
        scores=scores,
        ms=ms,
        intent=answer.reading.intent if answer else "",
        features=answer.confidence.features if answer else {},
        probability=answer.confidence.probability if answer else None,
        cost=answer.model.cost if answer and answer.model else None,
    )


def _crashed(case: Case, error: Exception) -> Result:
    scores = (Score(scorer="crash", right=False, reason=f"{type(error).__name__}: {error}"),)
    return Result(
        case=case, outcome_id="", outcome_kind="crash", headline="", verdict="silent_wrong", scores=scores, ms=0.0
    )


def _ask(bench: Bench, case: Case) -> Outcome:
    follow, asked = None, bench.asked(case.role)
    for earlier in case.history:
        follow = asked.ask(earlier, follow=follow).id
    return asked.ask(case.question, follow=follow)


def judge(bench: Bench, case: Case, outcome: Outcome) -> Iterable[Score]:
    """Yield the scores that the case asks for."""
    yield scorers.abstention(case, outcome)
    yield from scorers.unanswerable(case.expect, bench.run_sql)
    if not isinstance(outcome, Answer) or "answer" not in case.expect.kind:
        return
    expect = case.expect
    if expect.reading is not None:
        yield scorers.reading(expect.reading, outcome.reading)
    if expect.sql is not None:
        yield figures(expect, outcome, bench.run_sql)
    if expect.driver is not None:
        yield scorers.driver(expect, outcome)
    if outcome.drivers is not None:
        yield scorers.additivity(outcome.drivers)
        yield scorers.effects(outcome.drivers)
    if expect.cite_ids is not None or outcome.evidence:
        yield scorers.citations(expect, outcome, bench.run_sql, bench.quote_of)
    if expect.themes:
        yield scorers.themes(expect, outcome)
    if expect.relation is not None:
        yield relation(expect.relation, outcome, bench.asked(case.role).ask)
    yield grounding(outcome)


def _spent(case: Case, outcome: Outcome, ms: float) -> Iterable[Score]:
    """Yield the scores of what an outcome took, where the case has a limit."""
    if case.expect.within_ms is not None:
        yield scorers.latency(case.expect, ms)
    if case.expect.within_cost is not None:
        yield scorers.cost(case.expect, outcome.model if isinstance(outcome, Answer) else None)


def verdict(case: Case, outcome: Outcome, scores: Sequence[Score]) -> Verdict:
    """Sum up the scores of a case in one word."""
    if all(score.right for score in scores):
        return "right"
    if outcome.kind == "answer":
        return "silent_wrong" if "answer" in case.expect.kind else "missed_refusal"
    return "false_refusal" if "answer" in case.expect.kind else "wrong_abstention"


def summarise(results: Sequence[Result]) -> Summary:
    """Count verdicts; an answer that should not have been given is silently wrong too."""
    answerable = [r for r in results if "answer" in r.case.expect.kind]
    others = [r for r in results if "answer" not in r.case.expect.kind]
    return Summary(
        accuracy=_share(results, {"right"}),
        silent_wrong=_share(results, {"silent_wrong", "missed_refusal"}),
        false_refusal=_share(answerable, {"false_refusal"}),
        missed_refusal=_share(others, {"missed_refusal"}),
    )


def _share(results: Sequence[Result], verdicts: set[str]) -> Proportion:
    families: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        families[result.case.family or result.case.id].append(result.verdict in verdicts)
    return clustered(families)
