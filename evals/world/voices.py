"""What customers answer in surveys and what quality reviews find."""

from dataclasses import dataclass

import numpy as np

from evals.world import company as co
from evals.world.arrays import Bools, Floats, Ints, epoch_days, happens, pick, rounded
from evals.world.contacts import Arrivals
from evals.world.outcomes import Outcomes, base_rate
from evals.world.planter import Planter, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveys:
    """Responses; `position` is the contact's in its month, `second` when it came."""

    position: Ints
    second: Ints
    csat: Ints
    nps: Ints
    ces: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Quality reviews of every human contact, by the contact's position in its month."""

    position: Ints
    second: Ints
    score: Floats
    disclosure_missed: Bools
    empathy: Bools
    knowledge: Bools
    process: Bools


def answer(arrivals: Arrivals, outcomes: Outcomes, rng: np.random.Generator, planter: Planter, end: int) -> Surveys:
    """Draw the survey responses that came before second `end`."""
    month = epoch_days(arrivals.rows.day).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    rate = co.SURVEY_RESPONSE * np.array(co.SURVEY_SEASON)[month] * outcomes.human
    rate = planter.plant(["survey_response_rate"], rate, arrivals.rows, high=1.0)
    position = np.flatnonzero(happens(rng, rate) & outcomes.human)
    second = arrivals.second[position] + 900 + (rng.exponential(16_000, len(position))).astype(np.int64)
    position, second = position[second < end], second[second < end]
    rows = _at(arrivals, position)
    queue, resolved = rows.codes["queue"], outcomes.resolved[position]
    return Surveys(
        position=position,
        second=second,
        csat=_csat(rng, planter, rows, base_rate("csat")[queue] + np.where(resolved, 0.055, -0.16)),
        nps=_nps(rng, planter, rows, queue),
        ces=_ces(rng, planter, rows, base_rate("effort")[queue] + np.where(resolved, -0.2, 0.6)),
    )


def _at(arrivals: Arrivals, position: Ints) -> Rows:
    codes = {name: values[position] for name, values in arrivals.rows.codes.items()}
    return Rows(codes=codes, day=arrivals.rows.day[position])


def _csat(rng: np.random.Generator, planter: Planter, rows: Rows, satisfied: Floats) -> Ints:
    happy = happens(rng, planter.plant(["csat"], satisfied, rows, high=1.0))
    high = 4 + pick(rng, (0.45, 0.55), len(happy))
    low = 1 + pick(rng, (0.34, 0.26, 0.40), len(happy))
    return np.where(happy, high, low)


def _nps(rng: np.random.Generator, planter: Planter, rows: Rows, queue: Ints) -> Ints:
    """Draw 0..10; an effect in points is shared by promoters and detractors."""
    promoters, detractors = base_rate("promoters")[queue], base_rate("detractors")[queue]
    score = 100 * (promoters - detractors)
    moved = (planter.plant(["nps"], score, rows, low=-100, high=100) - score) / 200
    promoters, detractors = np.clip(promoters + moved, 0, 1), np.clip(detractors - moved, 0, 1)
    drawn = rng.random(len(queue))
    between = np.where(drawn < promoters, 9 + pick(rng, (0.5, 0.5), len(queue)), 7 + pick(rng, (0.4, 0.6), len(queue)))
    return np.where(drawn >= 1 - detractors, pick(rng, (8, 4, 6, 8, 12, 26, 36), len(queue)), between)


def _ces(rng: np.random.Generator, planter: Planter, rows: Rows, mean: Floats) -> Ints:
    mean = planter.plant(["customer_effort_score"], mean, rows, low=1.0, high=7.0)
    return 1 + rng.binomial(6, np.clip((mean - 1) / 6, 0, 1))


def review(arrivals: Arrivals, outcomes: Outcomes, rng: np.random.Generator, planter: Planter, end: int) -> Reviews:
    """Review every human contact; what went unsolved shows as missing knowledge."""
    position = np.flatnonzero(outcomes.human)
    rows, count = _at(arrivals, position), len(position)
    queue, resolved = rows.codes["queue"], outcomes.resolved[position]
    mean = base_rate("qa")[queue] + np.where(resolved, 1.2, -3.6)
    mean = planter.plant(["qa_score"], mean, rows, high=100.0)
    missed = planter.plant(["disclosure_miss_rate"], base_rate("disclosure")[queue], rows, high=1.0)
    return Reviews(
        position=position,
        second=np.minimum(arrivals.second[position] + rng.integers(600, 7_200, count), end - 1),
        score=rounded(np.clip(mean + rng.normal(0, 7, count), 0, 100), 1),
        disclosure_missed=happens(rng, missed),
        empathy=happens(rng, np.where(outcomes.sentiment[position] < -0.4, 0.16, 0.05)),
        knowledge=happens(rng, np.where(resolved, 0.03, 0.24)),
        process=happens(rng, np.where(outcomes.transferred[position], 0.14, 0.05)),
    )
