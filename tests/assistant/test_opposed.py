"""A theme is shown with a customer who says the opposite, where there is one, and with how surely it is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.intents.opposed import with_opposed
from assistant.narrate_words import about_themes
from indexes.types import Evidence, Theme
from tests.assistant.test_narrate import why


def quote(citation: str, text: str, **more: Any) -> Evidence:
    contact = citation.split(":")[0]
    return Evidence(
        citation=citation, contact_id=contact, turns=(1, 1), speaker="customer", occurred_at=None, quote=text,
        score=1.0, **more,
    )  # fmt: skip


THEME = Theme(
    theme="Price", passages=1, contacts=8, of_contacts=40, contacts_in_slice=40, share=0.2, share_before=None,
    ci=(0.1, 0.3), citations=("A:1-1",),
)  # fmt: skip
SUPPORT = quote("A:1-1", "The price went up.", theme="Price")
OTHER = quote("B:1-1", "The price is fair.", theme="Price", stance="counters")


@dataclass
class Index:
    """An index in which one contact disagrees."""

    said: Evidence = OTHER

    def opposed(self, theme: str, supports: Sequence[str], *, contact_ids: Collection[str]) -> tuple[Evidence, ...]:
        assert (theme, supports) == ("Price", [SUPPORT.quote])
        return (self.said,) if self.said.contact_id in contact_ids else ()


def told(contacts: Collection[str]) -> tuple[tuple[Theme, ...], tuple[Evidence, ...]]:
    index: Any = Index()
    return with_opposed([THEME], [SUPPORT], index, contacts)


def test_who_disagrees_is_quoted_after_those_who_agree() -> None:
    themes, quotes = told({"A", "B"})
    assert themes[0].countered_by == ("B:1-1",)
    assert themes[0].citations == ("A:1-1",)
    assert [q.stance for q in quotes] == ["supports", "counters"]


def test_nobody_of_another_slice_disagrees() -> None:
    themes, quotes = told({"A"})
    assert themes[0].countered_by == ()
    assert quotes == (SUPPORT,)


def test_the_other_hand_is_said_with_its_citation() -> None:
    themes, quotes = told({"A", "B"})
    claims = [*about_themes(replace(why(), themes=themes, evidence=quotes))]
    assert claims[-1].text.startswith("On the other hand")
    assert claims[-1].citations == ("B:1-1",)


def test_the_error_of_a_classifier_is_said_and_of_what_is_recorded_none() -> None:
    guessed = replace(THEME, counted_by="classifier", precision=0.81, recall=0.77)
    texts = [c.text for c in about_themes(replace(why(), themes=(guessed, THEME), evidence=(SUPPORT,)))]
    assert sum("81 % of those chosen and finds 77 %" in text for text in texts) == 1
