"""Drift is said when it is certain and large enough, and a quiet week stays quiet."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.log import Asked
from benchmarks.drift_world import FAULTS, Shop
from evals.drift import asked
from evals.drift.tests import Finding, check, share_surprise, surprise

END = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop after fourteen weeks that was looked at once, and was quiet."""
    found = Shop(root=tmp_path_factory.mktemp("drift") / "shop", seed=5)
    found.turn_to(14)
    assert found.alerts(keep=True) == {}
    return found


@pytest.mark.parametrize(
    "fault",
    ["a column is dropped", "a formula changes silently", "a table stops", "a day is lost", "a new member appears",
     "amounts are in another currency", "a term links to nothing", "thumbs turn down"],
)  # fmt: skip
def test_a_fault_is_told_by_the_check_it_belongs_to(shop: Shop, fault: str) -> None:
    name, spoil = FAULTS[fault]
    shop.turn_to(15)
    spoil(shop)
    assert name in shop.alerts()


def test_each_of_the_thirteen_checks_reports(shop: Shop) -> None:
    from evals.drift.look import look

    shop.turn_to(15)
    found = look(shop.root, now=shop.now, keep=False)
    assert len({c["name"] for c in found["checks"]}) == 13


def test_an_alarm_needs_both_certainty_and_size() -> None:
    sure_but_small = Finding(subject="a", text="a", p_value=1e-9, effect=0.01, floor=0.1)
    large_but_unsure = Finding(subject="b", text="b", p_value=0.01, effect=0.5, floor=0.1)
    both = Finding(subject="c", text="c", p_value=1e-9, effect=0.5, floor=0.1)
    assert [a.subject for a in check("x", [sure_but_small, large_but_unsure, both]).alerts] == ["c"]


def test_many_looks_make_one_surprise_less_surprising() -> None:
    found = [Finding(subject=str(n), text="", p_value=0.001 if n == 0 else 0.5) for n in range(20)]
    assert check("x", found[:1]).alerts
    assert not check("x", found).alerts


def test_false_alarms_of_both_tests_are_as_rare_as_they_claim() -> None:
    random = np.random.default_rng(0)
    values = [surprise(float(w[0]), list(w[1:]), 0.0) for w in random.normal(size=(3_000, 9))]
    counts = random.binomial(400, 0.1, (3_000, 9))
    shares = [share_surprise((int(w[0]), 400), [(int(k), 400) for k in w[1:]]) for w in counts]
    assert sum(p < 0.01 for p in values) < 3_000 * 0.02
    assert sum(p < 0.01 for p in shares) < 3_000 * 0.02


def question(text: str, minutes: int, *, kind: str = "answer", metric: str = "", message: str = "") -> Asked:
    return Asked(
        asked_at=END - timedelta(minutes=minutes), question=text, kind=kind, intent="value", metric=metric, reason="",
        message=message, thumb="",
    )  # fmt: skip


def test_a_term_is_put_beside_the_metric_its_askers_turned_to() -> None:
    message = "I don't know what to do with 'csi'. I did understand nothing."
    said = [
        item
        for n in range(6)
        for item in (
            question("csi last month", 60 * n + 30, kind="refusal", message=message),
            question("csat last month", 60 * n + 29, metric="csat"),
        )
    ]
    weeks = asked.by_week(said, END)
    found = asked.gaps([weeks[0], said, *weeks[2:]])
    assert any("'csi' (6 times) (then asked for csat)" in note for note in found.notes)


def test_questions_are_sorted_into_weeks_by_age() -> None:
    weeks = asked.by_week([question("a", 1), question("b", 8 * 24 * 60), question("c", 100 * 24 * 60)], END)
    assert [[q.question for q in week] for week in weeks[:2]] == [["a"], ["b"]]
    assert sum(map(len, weeks)) == 2


def test_looks_are_kept_for_the_next_one(shop: Shop) -> None:
    from evals import history

    file = Path(shop.root) / "evals" / "history.duckdb"
    (_, state), *_ = history.snapshots(file)
    assert set(state) == {"schema", "definitions", "anchors", "last_days", "versions"}
