"""Who contacts the company, when, about what and through which channel.

Contacts are Poisson per cell (customer group x topic x channel) and stretch of days, so that an
effect on volume costs only the contacts that it really makes.
"""

from dataclasses import dataclass

import numpy as np

from evals.world import company as co
from evals.world import talk
from evals.world.agents import Agents
from evals.world.arrays import Bools, Floats, Ints, epoch_days, pick
from evals.world.customers import STATIC, Base
from evals.world.effect import Effect
from evals.world.metrics import LATE, VOLUME
from evals.world.planter import Planter, Rows
from evals.world.sizes import Month

_DAYS_A_MONTH = 365.25 / 12
TOPICS = tuple(t.name for t in talk.topics())
QUEUE_OF_TOPIC = np.array([co.QUEUES.index(t.queue) for t in talk.topics()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Contacts of one month in order of time; `second` counts from the calendar's ordinal 0.

    `rows` carries every dimension (agent, team and site are -1 where the bot ended it);
    `completed` says whether the bot finished the task.
    """

    customer: Ints
    second: Ints
    completed: Bools
    rows: Rows

    def __len__(self) -> int:
        return len(self.customer)

    def only(self, kept: Ints) -> "Arrivals":
        """Return the contacts at these positions."""
        codes = {name: values[kept] for name, values in self.rows.codes.items()}
        return Arrivals(
            customer=self.customer[kept],
            second=self.second[kept],
            completed=self.completed[kept],
            rows=Rows(codes=codes, day=self.rows.day[kept]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """Groups of customers by static attributes, and the order in which their members stand."""

    codes: dict[str, Ints]
    customers: Ints
    edges: Floats
    first: Ints
    last: Ints

    @property
    def weight(self) -> Floats:
        return self.edges[self.last] - self.edges[self.first]


def arrive(
    base: Base, who: Ints, agents: Agents, rng: np.random.Generator, month: Month, planter: Planter, a_customer: float
) -> Arrivals:
    """Draw a month's contacts of the customers `who`; `a_customer` is their average number each."""
    effects = tuple(e for e in planter.effects if e.metric in VOLUME or e.topics)
    groups = _groups(base, who, effects)
    parts = [_stretch(groups, rng, planter, effects, cut, a_customer) for cut in _stretches(month, effects, planter)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    still_here = (base.left[columns[0]] == 0) | (base.left[columns[0]] >= columns[3])
    customer, topic, channel, day = (column[still_here] for column in columns)
    moment = day * 86_400 + _second(rng, channel)
    order = np.argsort(moment, kind="stable")
    drawn = (customer[order], topic[order], channel[order], moment[order])
    return _thinned(_handled(base, agents, rng, month, planter, drawn), rng, planter, effects)


def _groups(base: Base, who: Ints, effects: tuple[Effect, ...]) -> _Groups:
    names = ("product", *(d for d in STATIC if d != "product" and any(d in e.filters for e in effects)))
    sizes = [int(base.codes[d].max()) + 1 for d in names]
    combined = np.ravel_multi_index([base.codes[d][who] for d in names], sizes)
    order = np.argsort(combined, kind="stable")
    found, first = np.unique(combined[order], return_index=True)
    edges = np.concatenate([[0.0], np.cumsum(base.propensity[who[order]])])
    return _Groups(
        codes=dict(zip(names, np.unravel_index(found, sizes), strict=True)),
        customers=who[order],
        edges=edges,
        first=first,
        last=np.append(first[1:], len(who)),
    )


def _stretches(month: Month, effects: tuple[Effect, ...], planter: Planter) -> list[Ints]:
    """Split the month's days where an effect on volume starts or stops."""
    days = np.arange(month.start.toordinal(), month.end.toordinal() + 1)
    edges = {e.start.toordinal() for e in effects} | {e.until(planter.as_of).toordinal() + 1 for e in effects}
    return np.split(days, [i for i, day in enumerate(days) if i and int(day) in edges])


def _stretch(
    groups: _Groups,
    rng: np.random.Generator,
    planter: Planter,
    effects: tuple[Effect, ...],
    days: Ints,
    a_customer: float,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Draw customer, topic, channel and day of the contacts of a stretch of days."""
    load = _load(days)
    codes = {name: values[:, None, None] for name, values in groups.codes.items()}
    codes["topic"] = np.arange(len(TOPICS))[None, :, None]
    codes["queue"] = QUEUE_OF_TOPIC[None, :, None]
    codes["channel"] = np.arange(len(co.CHANNELS))[None, None, :]
    shares = TOPIC_SHARES[groups.codes["product"]][:, :, None] * CHANNEL_SHARES[QUEUE_OF_TOPIC][None, :, :]
    expected = (groups.weight * a_customer * load.sum())[:, None, None] * shares
    rows = Rows(codes=codes, day=days[:1], months=len(days) / _DAYS_A_MONTH)
    for effect in effects:
        expected = _with_volume(effect, expected, rows, planter, groups)
    group, topic, channel = (np.repeat(axis, n) for axis, n in _drawn(rng, expected))
    low, high = groups.edges[groups.first[group]], groups.edges[groups.last[group]]
    position = np.searchsorted(groups.edges, low + rng.random(len(group)) * (high - low), side="right") - 1
    customer = groups.customers[np.clip(position, groups.first[group], groups.last[group] - 1)]
    return customer, topic, channel, days[pick(rng, load, len(group))]


def _drawn(rng: np.random.Generator, expected: Floats) -> list[tuple[Ints, Ints]]:
    counts = rng.poisson(expected).ravel()
    cells = np.flatnonzero(counts)
    return [(axis, counts[cells]) for axis in np.unravel_index(cells, expected.shape)]


def _with_volume(effect: Effect, expected: Floats, rows: Rows, planter: Planter, groups: _Groups) -> Floats:
    """Multiply the expected contacts in the effect's segment.

    Where the segment is known only later (an agent, a tenure), room is made for the most it could be.
    """
    inside = np.broadcast_to(planter.reaches(effect, rows, dimensions=tuple(rows.codes)), expected.shape)
    if not inside.any():
        return expected
    customers = int((groups.last - groups.first)[inside.any(axis=(1, 2))].sum())
    gained = (effect.add or 0.0) * (rows.months or 1.0) * (customers if effect.metric == "contacts_per_customer" else 1)
    factor = _factor(effect, 1 + gained / float(expected[inside].sum()))[groups.codes["product"]][:, :, None]
    if _is_late(effect):
        return np.where(inside, expected * np.maximum(factor, 1), expected)
    changed = np.where(inside, expected * factor, expected)
    planter.note(effect, expected[inside], changed[inside], what=_what(effect))
    return changed


def _what(effect: Effect) -> str:
    return "metric" if effect.metric in VOLUME else "topics"


def _factor(effect: Effect, added: float = 1.0) -> Floats:
    """Return the multiplier of volume by product and topic; `added` is the one of an `add`.

    On a volume metric the topics say what the contacts are about, and leave their sum to the effect.
    """
    weights = np.array([effect.topics.get(t, 1.0) for t in TOPICS])[None, :] * np.ones((len(co.PRODUCTS), 1))
    if effect.metric not in VOLUME:
        return weights
    shares = TOPIC_SHARES * [_admits(effect, topic) for topic in talk.topics()]
    weights *= shares.sum(axis=1, keepdims=True) / np.maximum((shares * weights).sum(axis=1, keepdims=True), 1e-9)
    return weights * max(0.0, added if effect.multiply is None else effect.multiply)


def _admits(effect: Effect, topic: talk.Topic) -> bool:
    """Tell whether the effect's segment holds contacts about a topic."""
    named, queues = effect.filters.get("topic", (topic.name,)), effect.filters.get("queue", (topic.queue,))
    return topic.name in named and topic.queue in queues


def _is_late(effect: Effect) -> bool:
    return any(d in LATE for d in effect.filters)


def _handled(
    base: Base, agents: Agents, rng: np.random.Generator, month: Month, planter: Planter, drawn: tuple[Ints, ...]
) -> Arrivals:
    """Settle who ended each contact: the bot, or which agent."""
    customer, topic, channel, moment = drawn
    day = moment // 86_400
    queue = QUEUE_OF_TOPIC[topic]
    codes = {**base.rows(customer, day).codes, "topic": topic, "queue": queue, "channel": channel}
    rows = Rows(codes=codes, day=day)
    chance = rng.random(len(customer))
    deflected, completed = _bot(rows, chance, planter)
    agent = rng.choice(agents.at_work(month.start), len(customer))
    codes["handled_by"] = deflected.astype(np.int64)
    codes["agent"] = np.where(deflected, -1, agent)
    codes["team"] = np.where(deflected, -1, agents.team[agent])
    codes["site"] = np.where(deflected, -1, agents.site[agent])
    return Arrivals(customer=customer, second=moment, completed=completed, rows=rows)


def _bot(rows: Rows, chance: Floats, planter: Planter) -> tuple[Bools, Bools]:
    """Tell which contacts the bot ended, and in which it finished the task.

    One draw serves both: the bot ends what it finishes, and what lies between the rates gave up.
    """
    began = rows.codes["channel"] == co.CHANNELS.index("Bot")
    ends, finishes = np.zeros(len(began)), np.zeros(len(began))
    at = Rows(codes={name: values[began] for name, values in rows.codes.items()}, day=rows.day[began])
    queue = at.codes["queue"]
    ends[began] = planter.plant(["deflection_rate"], DEFLECTION[queue], at, high=1.0)
    finishes[began] = planter.plant(["workflow_completion_rate"], COMPLETION[queue], at, high=1.0)
    return chance < ends, chance < finishes


def _thinned(arrivals: Arrivals, rng: np.random.Generator, planter: Planter, effects: tuple[Effect, ...]) -> Arrivals:
    """Take back the room made for effects whose segment was known only now."""
    keep = np.ones(len(arrivals))
    for effect in (e for e in effects if _is_late(e)):
        rows = arrivals.rows
        early = planter.reaches(effect, rows, dimensions=(*STATIC, "channel", "queue", "topic"))
        factor = _factor(effect)[rows.codes["product"], rows.codes["topic"]]
        inside = planter.reaches(effect, rows)
        room = np.where(early, np.maximum(factor, 1), 1)
        planter.note(effect, (keep / room)[inside], (keep * factor / room)[inside], what=_what(effect))
        keep *= np.where(inside, factor, 1) / room
    return arrivals.only(np.flatnonzero(rng.random(len(keep)) < keep))


def _load(days: Ints) -> Floats:
    """Return each day's part of an average month's contacts."""
    dates = epoch_days(days).astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (days - 1) % 7
    load = np.array(co.MONTH_SEASON)[month] * np.array(co.WEEKDAY_LOAD)[weekday] / _DAYS_A_MONTH
    return np.asarray(load, dtype=np.float64)


def _second(rng: np.random.Generator, channel: Ints) -> Ints:
    """Draw the second of the day: office hours for people, any time for the bot."""
    office = 28_800 + 43_200 * rng.beta(1.8, 2.2, len(channel))
    around_the_clock = 86_399 * rng.beta(2.2, 1.8, len(channel))
    return np.where(channel == co.CHANNELS.index("Bot"), around_the_clock, office).astype(np.int64)


def _topic_shares() -> Floats:
    """Return shares of topics by product."""
    weights = [[t.weight * (not t.products or p in t.products) for t in talk.topics()] for p in co.PRODUCTS]
    return np.asarray(np.array(weights) / np.sum(weights, axis=1, keepdims=True), dtype=np.float64)


def _channel_shares() -> Floats:
    """Return shares of channels by queue."""
    shares = {"Complaints": co.COMPLAINT_CHANNELS, **dict.fromkeys(co.SHORT_QUEUES, co.SHORT_QUEUE_CHANNELS)}
    return np.array([shares.get(queue, co.LONG_QUEUE_CHANNELS) for queue in co.QUEUES])


TOPIC_SHARES, CHANNEL_SHARES = _topic_shares(), _channel_shares()
# Who complains to a bot mostly gives up: it ends more there, and finishes less.
DEFLECTION = np.array([co.DEFLECTION * (1.12 if q == "Complaints" else 1) for q in co.QUEUES])
COMPLETION = np.array([co.COMPLETION * (0.4 if q == "Complaints" else 1) for q in co.QUEUES])
