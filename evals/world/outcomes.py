"""What became of each contact: how long, how well, at what cost."""

from dataclasses import dataclass

import numpy as np

from evals.world import company as co
from evals.world.arrays import Bools, Floats, Ints, happens, rounded
from evals.world.contacts import Arrivals
from evals.world.planter import Planter, Rows

_COST_A_SECOND = np.array((0.0118, 0.0067, 0.0112, 0.0124))
_BOT_COST, _CONTACT_COST, _ABANDONED_COST = 0.32, 0.55, 0.25
_REPEAT_RESOLVED, _REPEAT_OPEN, _REPEAT_ABANDONED = 0.085, 0.36, 0.52
_WITHIN_48H = 0.46
_BOT_RESOLVES, _BOT_LEAVES_OPEN = 0.93, 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """The outcome columns of `fct_contacts`, one value a contact."""

    human: Bools
    wait: Ints
    talk: Ints
    hold: Ints
    wrap: Ints
    abandoned: Bools
    transferred: Bools
    escalated: Bools
    resolved: Bools
    repeat_48h: Bools
    repeat_7d: Bools
    complaint: Bools
    avoidable: Bools
    sentiment: Floats
    predicted_csat: Floats
    cost: Floats


def settle(arrivals: Arrivals, rng: np.random.Generator, planter: Planter) -> Outcomes:
    """Draw the outcomes of a month's contacts."""
    rows = arrivals.rows
    draw = _Draw(rows, rng, planter)
    queue = rows.codes["queue"]
    human = rows.codes["handled_by"] == co.HANDLERS.index("human")
    abandoned = draw.event("abandonment_rate", np.array(co.ABANDONMENT)[rows.codes["channel"]] * human) & human
    handled = human & ~abandoned
    wait = _wait(draw, human, abandoned)
    talk, hold, wrap = _durations(draw, human, handled)
    resolved = _resolved(draw, queue, human, abandoned, arrivals.completed)
    repeat_48h, repeat_7d = _repeats(draw, resolved, abandoned)
    sentiment = _sentiment(draw, queue, resolved)
    return Outcomes(
        human=human, wait=wait, talk=talk, hold=hold, wrap=wrap, abandoned=abandoned,
        transferred=draw.event("transfer_rate", base_rate("transfer")[queue] * handled) & handled,
        escalated=draw.event("escalation_rate", base_rate("escalation")[queue] * handled) & handled,
        resolved=resolved, repeat_48h=repeat_48h, repeat_7d=repeat_7d,
        complaint=draw.event("complaint_rate", base_rate("complaint")[queue]),
        avoidable=draw.event("avoidable_contact_rate", base_rate("avoidable")[queue]),
        sentiment=sentiment,
        predicted_csat=_predicted_csat(draw, sentiment, resolved),
        cost=_cost(draw, human, abandoned, talk + hold + wrap),
    )  # fmt: skip


def base_rate(name: str) -> Floats:
    """Return a base rate by queue code."""
    return np.array([getattr(co.QUEUE_RATES[queue], name) for queue in co.QUEUES], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Draw:
    rows: Rows
    rng: np.random.Generator
    planter: Planter

    def __len__(self) -> int:
        return len(self.rows.day)

    def event(self, metric: str, rate: Floats) -> Bools:
        """Draw an event at a planted rate."""
        return happens(self.rng, self.planter.plant([metric], rate, self.rows, high=1.0))

    def planted(self, metric: str, mean: Floats) -> Floats:
        """Return a mean of zero or more with the effects on its metric."""
        return self.planter.plant([metric], mean, self.rows)

    def noisy(self, mean: Floats, shape: float) -> Floats:
        """Draw a gamma variable with the given mean and shape."""
        return mean * self.rng.gamma(shape, 1 / shape, len(self))


def _wait(draw: _Draw, human: Bools, abandoned: Bools) -> Ints:
    """Draw seconds to an answer, or to giving up; the bot answers at once."""
    fast = draw.event("service_level", np.full(len(draw), co.ANSWERED_FAST) * human)
    waited = np.where(fast, draw.rng.uniform(3, 20.4, len(draw)), 20.6 + draw.rng.exponential(co.SLOW_WAIT, len(draw)))
    waited = np.where(abandoned, 15 + draw.rng.exponential(110, len(draw)), waited)
    waited = draw.planter.plant(["average_speed_of_answer"], waited * human, draw.rows)
    return _seconds(waited * human)


def _durations(draw: _Draw, human: Bools, handled: Bools) -> tuple[Ints, Ints, Ints]:
    """Draw talk, hold and after-call seconds; the bot only talks."""
    whole = SECONDS[draw.rows.codes["queue"], draw.rows.codes["channel"]]
    whole = draw.planted("average_handle_time", whole * handled) * handled
    talk = draw.noisy(whole * (1 - co.HOLD_SHARE - co.WRAP_SHARE), 5.0)
    hold = draw.noisy(draw.planted("hold_time", whole * co.HOLD_SHARE), 1.5) * handled
    wrap = draw.noisy(draw.planted("after_call_work", whole * co.WRAP_SHARE), 4.0) * handled
    bot = draw.noisy(np.full(len(draw), 95.0), 3.0)
    talk = np.where(human, talk, bot)
    return _seconds(talk), _seconds(hold), _seconds(wrap)


def _seconds(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)


def _resolved(draw: _Draw, queue: Ints, human: Bools, abandoned: Bools, completed: Bools) -> Bools:
    """Draw whether the matter was settled.

    First-contact resolution also needs no repeat, so an effect in points acts on a larger base.
    """
    rate = np.where(human, base_rate("resolution")[queue], np.where(completed, _BOT_RESOLVES, _BOT_LEAVES_OPEN))
    unrepeated = 1 - _REPEAT_RESOLVED
    rate = draw.planter.plant(
        ["first_contact_resolution_rate"], rate * unrepeated * ~abandoned, draw.rows, high=unrepeated
    )
    return happens(draw.rng, rate / unrepeated) & ~abandoned


def _repeats(draw: _Draw, resolved: Bools, abandoned: Bools) -> tuple[Bools, Bools]:
    """Draw whether another contact follows within two and within seven days."""
    week = np.where(abandoned, _REPEAT_ABANDONED, np.where(resolved, _REPEAT_RESOLVED, _REPEAT_OPEN))
    later = draw.planter.plant(["repeat_contact_rate"], week, draw.rows, high=1.0)
    soon = draw.planter.plant(["repeat_48h_rate"], later * _WITHIN_48H, draw.rows, high=1.0)
    rest = np.clip((later - later * _WITHIN_48H) / np.maximum(1 - soon, 1e-9), 0, 1)
    within_48h = happens(draw.rng, soon)
    return within_48h, within_48h | happens(draw.rng, rest)


def _sentiment(draw: _Draw, queue: Ints, resolved: Bools) -> Floats:
    mean = base_rate("sentiment")[queue] + np.where(resolved, 0.09, -0.24)
    mean = draw.planter.plant(["sentiment_score"], mean, draw.rows, low=-1.0, high=1.0)
    return rounded(np.clip(mean + draw.rng.normal(0, 0.26, len(draw)), -1, 1), 3)


def _predicted_csat(draw: _Draw, sentiment: Floats, resolved: Bools) -> Floats:
    mean = 3.35 + 0.9 * sentiment + np.where(resolved, 0.3, -0.4)
    mean = draw.planter.plant(["predicted_csat"], mean, draw.rows, low=1.0, high=5.0)
    return rounded(np.clip(mean + draw.rng.normal(0, 0.35, len(draw)), 1, 5), 2)


def _cost(draw: _Draw, human: Bools, abandoned: Bools, seconds: Ints) -> Floats:
    """Cost a contact by its seconds and the site of the agent."""
    by_people = _CONTACT_COST + seconds * _COST_A_SECOND[np.maximum(draw.rows.codes["site"], 0)]
    cost = np.where(human, np.where(abandoned, _ABANDONED_COST, by_people), _BOT_COST)
    cost = draw.planter.plant(["cost_per_contact", "service_cost", "cost_to_serve"], cost, draw.rows)
    return rounded(cost, 2)


def _handle_seconds() -> Floats:
    """Return the mean handle time by queue and channel."""
    return np.array(
        [
            [
                co.SHORT_SECONDS if channel in co.SHORT_CHANNELS else co.LONG_SECONDS.get(queue, co.SHORT_SECONDS)
                for channel in co.CHANNELS
            ]
            for queue in co.QUEUES
        ]
    )


SECONDS = _handle_seconds()
