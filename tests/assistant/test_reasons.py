"""Recorded reasons become themes when their share grew beyond chance."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from assistant.intents.reasons import growing_reasons
from indexes.types import Evidence


@dataclass(frozen=True)
class Index:
    """An index in which every contact says its own name."""

    contact_ids: frozenset[str]

    def search(self, text: str, *, contact_ids: Collection[str] | None = None, k: int = 8) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(
                citation=f"{c}:1-1", contact_id=c, turns=(1, 1), speaker="customer", occurred_at=None,
                quote=text, score=1.0,
            )
            for c in sorted(contact_ids or ())[:k]
        )  # fmt: skip

    def telling(self, *_: Collection[str], **__: Any) -> tuple[Evidence, ...]:
        return ()


def side(name: str, **reasons: int) -> dict[str, str]:
    return {f"{name}-{reason}-{i}": reason for reason, count in reasons.items() for i in range(count)}


def told(now: dict[str, str], before: dict[str, str], heard: Collection[str] | None = None) -> tuple[Any, Any]:
    index: Any = Index(frozenset(now.keys() | before.keys() if heard is None else heard))
    return growing_reasons(now, before, index, contacts_in_slice=1_000)


def test_a_reason_that_grew_is_counted_and_quoted() -> None:
    themes, quotes = told(side("n", fees=40, other=160), side("b", fees=10, other=190))
    assert [(t.theme, t.contacts, t.of_contacts, t.share_before) for t in themes] == [("fees", 40, 200, 0.05)]
    assert {q.theme for q in quotes} == {"fees"}
    assert themes[0].contacts_in_slice == 1_000
    assert themes[0].ci[0] < 0.2 < themes[0].ci[1]


def test_the_same_shares_make_no_theme() -> None:
    assert told(side("n", fees=20, other=180), side("b", fees=20, other=180)) == ((), ())


def test_a_reason_by_which_the_slice_was_cut_is_no_finding() -> None:
    assert told(side("n", outage=119), side("b", outage=12, other=180)) == ((), ())


def test_a_reason_that_shrank_makes_no_theme() -> None:
    themes, _ = told(side("n", fees=5, other=195), side("b", fees=60, other=140))
    assert [t.theme for t in themes] == ["other"]


def test_contacts_without_a_transcript_are_not_counted() -> None:
    now, before = side("n", fees=40, other=160), side("b", fees=10, other=190)
    heard = [c for c in (*now, *before) if not c.startswith("n-fees")]
    assert "fees" not in {t.theme for t in told(now, before, heard)[0]}


def test_an_unrecorded_reason_is_never_a_theme() -> None:
    themes, _ = told(side("n", **{"(unknown)": 100, "a": 100}), side("b", **{"a": 200}))
    assert "(unknown)" not in {t.theme for t in themes}
