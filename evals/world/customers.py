"""The customer base: who joins, pays and leaves, month by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from evals.world import company as co
from evals.world.arrays import Bools, Floats, Ints, happens, pick, pick_by, rounded, tenure_codes
from evals.world.planter import Planter, Rows
from evals.world.sizes import Month

WITHDRAWAL_DAYS = 14
STATIC = ("segment", "region", "product", "plan", "acquisition_channel", "contract_type")
_WORRY = tuple(
    (name, known.index(co.WORRY[name]))
    for name, known in (("segment", co.SEGMENTS), ("region", co.REGIONS), ("plan", co.PLANS))
)


@dataclass(slots=True, kw_only=True)
class Base:
    """Every customer there ever was, column-wise; a customer's number is the position.

    `withdraws` is the day of an early leaver (0: none), `left` the day a customer left (0: still here).
    """

    codes: dict[str, Ints]
    signed_up: Ints
    withdraws: Ints
    left: Ints
    lifetime: Floats
    propensity: Floats
    mrr: Floats
    held: Ints
    risk: Floats

    def __len__(self) -> int:
        return len(self.signed_up)

    def active_on(self, day: date) -> Ints:
        """Return the numbers of those signed up before `day` who have not left."""
        return np.flatnonzero((self.signed_up < day.toordinal()) & (self.left == 0))

    def rows(self, numbers: Ints, day: Ints) -> Rows:
        """Return the customers as rows at a day."""
        codes = {name: self.codes[name][numbers] for name in STATIC}
        codes["tenure_band"] = tenure_codes(self.signed_up[numbers], np.broadcast_to(day, numbers.shape))
        return Rows(codes=codes, day=day)


def found(rng: np.random.Generator, count: int, first: date) -> Base:
    """Make the customers of the first day; tenures are those of a base that has long been steady."""
    months = np.minimum(rng.exponential(1 / co.CHURN, count), 150)
    return _people(rng, _codes(rng, count), first.toordinal() - 1 - (months * 30.44).astype(np.int64))


def join(base: Base, rng: np.random.Generator, month: Month, count: int) -> Base:
    """Sign up `count` customers during a month, some of whom withdraw in the next.

    Groups that leave more are won more, so that the base keeps its shape until something is planted.
    """
    codes = _codes(rng, 4 * count + 50)
    churn = base_churn(codes)
    kept = np.flatnonzero(rng.random(len(churn)) < churn / churn.max())[:count]
    codes = {name: values[kept] for name, values in codes.items()}
    signed_up = month.start.toordinal() + rng.integers(0, (month.next_start - month.start).days, len(kept))
    people = _people(rng, codes, signed_up)
    next_start = month.next_start.toordinal()
    spare = signed_up + WITHDRAWAL_DAYS - next_start
    leaves = (spare > 0) & happens(rng, np.full(len(kept), co.WITHDRAWAL))
    day = next_start + (rng.random(len(kept)) * np.maximum(spare, 1)).astype(np.int64)
    people.withdraws = np.where(leaves, day, 0)
    return _appended(base, people)


def base_churn(codes: Mapping[str, Ints]) -> Floats:
    """Return the monthly churn probability before anything is planted."""
    worry = np.logical_and.reduce([codes[name] == code for name, code in _WORRY])
    rate = np.where(worry, co.WORRY_CHURN, co.CHURN) * np.array(co.CONTRACT_CHURN)[codes["contract_type"]]
    return np.asarray(rate, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The rows of `fct_subscription_months` of one month; `churned_on` is 0 for those who stay."""

    customer: Ints
    churned_on: Ints
    reason: Ints
    mrr_start: Floats
    mrr_end: Floats
    held: Ints
    risk: Floats


def live(base: Base, rng: np.random.Generator, month: Month, planter: Planter) -> Snapshot:
    """Let one month pass: who leaves and when, what the others pay. Changes the base."""
    who = base.active_on(month.start)
    rows = base.rows(who, np.array(month.start.toordinal()))
    churned_on, caused = _leave(base, rng, month, planter, who, rows)
    withdraws = base.withdraws[who]
    withdrawn = (withdraws > 0) & (withdraws <= month.end.toordinal())
    churned_on = np.where(withdrawn, withdraws, churned_on)
    base.left[who] = churned_on
    gone = churned_on > 0
    start, end = _revenue(base, rng, month, planter, who, rows, gone)
    held = planter.plant(["products_per_customer"], base.held[who].astype(float), rows, low=1)
    return Snapshot(
        customer=who,
        churned_on=churned_on,
        reason=_reasons(rng, planter, gone, withdrawn, caused),
        mrr_start=start,
        mrr_end=end,
        held=(held + rng.random(len(who))).astype(np.int64),
        risk=_risk(base, rng, planter, who, rows, gone),
    )


def _leave(
    base: Base, rng: np.random.Generator, month: Month, planter: Planter, who: Ints, rows: Rows
) -> tuple[Ints, Ints]:
    """Draw the days of leaving (0: stays) and the position of the effect to blame (-1: none)."""
    base_rate = base_churn(rows.codes)
    cuts = _cuts(month, planter)
    drawn, passed = rng.random(len(who)), np.zeros(len(who))
    day, caused = np.zeros(len(who), dtype=np.int64), np.full(len(who), -1)
    for begin, end in pairwise(cuts):
        share = (end - begin) / (cuts[-1] - cuts[0])
        at = Rows(codes=rows.codes, day=np.array(begin), months=1.0)
        rate = planter.plant(_CHURN, base_rate, at, high=1.0) * share
        now = (drawn >= passed) & (drawn < passed + rate)
        within = (drawn - passed) / np.maximum(rate, 1e-12)
        day[now] = begin + (within[now] * (end - begin)).astype(np.int64)
        beyond_base = now & (drawn - passed > base_rate * share)
        for effect in planter.on(*_CHURN):
            caused[beyond_base & planter.reaches(effect, at)] = planter.effects.index(effect)
        passed += rate
    # Whoever leaves within the first fortnight withdrew, and is counted apart.
    day = np.where(day > 0, np.maximum(day, base.signed_up[who] + WITHDRAWAL_DAYS), 0)
    return np.where(day > month.end.toordinal(), 0, day), caused


def _cuts(month: Month, planter: Planter) -> list[int]:
    """Return where the month begins, ends, and where an effect on churn starts or stops in it."""
    first, after = month.start.toordinal(), month.next_start.toordinal()
    edges = {first, after}
    for effect in planter.on(*_CHURN):
        edges |= {effect.start.toordinal(), effect.until(planter.as_of).toordinal() + 1}
    return sorted(edge for edge in edges if first <= edge <= after)


def _revenue(
    base: Base, rng: np.random.Generator, month: Month, planter: Planter, who: Ints, rows: Rows, gone: Bools
) -> tuple[Floats, Floats]:
    """Return MRR at start and end; only retention carries over into the next month."""
    owed = base.mrr[who]
    moves = rng.random(len(who))
    growth = np.where(moves < 0.020, 1.10, np.where(moves > 0.984, 0.92, 1.0))
    growth = np.clip(planter.plant(["net_revenue_retention"], growth, rows), 0, None)
    later = owed * growth
    base.mrr[who] = later
    at_end = Rows(codes=rows.codes, day=np.array(month.end.toordinal()), months=1.0)
    start = planter.plant(_REVENUE, owed, Rows(codes=rows.codes, day=rows.day, months=1.0))
    end = np.where(gone, 0.0, planter.plant(_REVENUE, later, at_end))
    return rounded(start, 2), rounded(end, 2)


def _risk(base: Base, rng: np.random.Generator, planter: Planter, who: Ints, rows: Rows, gone: Bools) -> Floats:
    """Score every customer; the model sees part of who will leave."""
    latent = base.risk[who]
    worried = np.clip(0.028 * np.exp(0.9 * latent) * np.where(gone, 6.0, 1.0), 0, 0.9)
    at_risk = happens(rng, planter.plant(["at_risk_customers"], worried, _whole(rows), high=1.0))
    calm = np.clip(0.05 + 0.5 * rng.beta(2, 6, len(who)) + 0.03 * latent, 0.01, 0.59)
    score = np.where(at_risk, 0.6 + 0.35 * rng.beta(1.5, 3, len(who)), calm)
    return rounded(planter.plant(["churn_risk"], score, rows, high=1.0), 4)


def _whole(rows: Rows) -> Rows:
    return Rows(codes=rows.codes, day=rows.day, months=1.0)


def _reasons(rng: np.random.Generator, planter: Planter, gone: Bools, withdrawn: Bools, caused: Ints) -> Ints:
    """Say why each leaver left (-1 for stayers); an effect's topics tell its leavers' reason."""
    reason = np.full(len(gone), -1)
    reason[gone] = pick(rng, co.REASON_SHARES, int(gone.sum()))
    for position, effect in enumerate(planter.effects):
        told = [co.REASON_OF_TOPIC[t] for t in effect.topics if t in co.REASON_OF_TOPIC]
        if told:
            reason[gone & (caused == position)] = co.REASONS.index(told[0])
    reason[withdrawn] = co.REASONS.index("Withdrawal")
    return reason


def _codes(rng: np.random.Generator, count: int) -> dict[str, Ints]:
    segment = pick(rng, co.SEGMENT_SHARES, count)
    return {
        "segment": segment,
        "region": pick_by(rng, co.REGION_SHARES, segment),
        "product": pick_by(rng, co.PRODUCT_SHARES, segment),
        "plan": pick_by(rng, co.PLAN_SHARES, segment),
        "acquisition_channel": pick(rng, co.ACQUISITION_SHARES, count),
        "contract_type": pick(rng, co.CONTRACT_SHARES, count),
    }


def _people(rng: np.random.Generator, codes: dict[str, Ints], signed_up: Ints) -> Base:
    count, segment = len(signed_up), codes["segment"]
    noise = rng.normal(0, 0.22, count)
    price = np.array(co.PRICES)[codes["plan"]] * np.array(co.SEGMENT_PRICES)[segment] * np.exp(noise)
    return Base(
        codes=codes,
        signed_up=np.asarray(signed_up, dtype=np.int64),
        withdraws=np.zeros(count, dtype=np.int64),
        left=np.zeros(count, dtype=np.int64),
        lifetime=rounded(np.clip(1 / base_churn(codes) * np.exp(rng.normal(0, 0.2, count)), 6, 180), 1),
        propensity=np.array(co.CONTACT_PROPENSITY)[segment] * rng.gamma(2.0, 0.5, count),
        mrr=price,
        held=1 + rng.poisson(np.array(co.PRODUCTS_HELD)[segment] - 1),
        risk=rng.normal(0, 1, count),
    )


def _appended(base: Base, more: Base) -> Base:
    def both(name: str) -> Floats:
        return np.concatenate([getattr(base, name), getattr(more, name)])

    codes = {name: np.concatenate([base.codes[name], more.codes[name]]) for name in STATIC}
    plain = [name for name in Base.__dataclass_fields__ if name != "codes"]
    return Base(codes=codes, **{name: both(name) for name in plain})  # type: ignore[arg-type]


_CHURN = ("churn_rate", "churned_customers", "revenue_churn_rate")
_REVENUE = ("mrr", "arpu", "customer_lifetime_value")
