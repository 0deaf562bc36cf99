"""Sentences about what customers said and what words mean."""

from collections.abc import Iterator

from assistant.findings import Findings
from assistant.narrate_card import tell_card
from assistant.phrases import join_words, show_share, spoken_members
from assistant.types import Claim, Listening
from assistant.windows import when
from indexes.types import Theme
from semantic_layer.query import Filter

SHOWN_QUOTES = 3
# Conversations below which silence tells nothing.
ENOUGH = 10


def labels_of(found: Findings) -> dict[str, str]:
    """Return the labels of the dimensions."""
    return {d.name: d.label for d in found.catalogue.dimensions}


def about_themes(found: Findings) -> Iterator[Claim]:
    """Say what the customers of each slice say more, or that their words do not tell."""
    told = {theme.filters for theme in found.themes}
    yield from _sampled(found)
    for i, theme in enumerate(found.themes):
        yield _theme(found, i, theme)
        yield from _judged(i, theme)
        yield from _countered(found, i, theme)
    for i, listening in enumerate(found.listening):
        if not told.intersection((listening.filters, ())):
            at = f"/listening/{i}"
            yield Claim(text=_silence(found, listening), figures=(f"{at}/contacts", f"{at}/with_transcript", at))


def _theme(found: Findings, i: int, theme: Theme) -> Claim:
    at = f"/themes/{i}"
    family = "," in theme.theme
    said = f"Words like “{theme.theme}” come up" if family else f"“{theme.theme}” comes up"
    text = (
        f"{said} in {theme.contacts:,} of {theme.of_contacts:,} conversations "
        f"{_where(found, theme.filters)}({show_share(theme.share)}, {_between(theme)}"
    )
    pointers = [f"{at}/theme", f"{at}/contacts", f"{at}/of_contacts", f"{at}/share", f"{at}/ci"]
    shares = ((theme.share_before, "before"), (theme.share_elsewhere, "elsewhere"))
    against = [f"{show_share(share)} {when_}" for share, when_ in shares if share is not None]
    if against:
        text += f", against {join_words(against)}"
        pointers += [f"{at}/share_before", f"{at}/share_elsewhere", f"{at}/filters"]
    cited = tuple(e.citation for e in found.evidence if e.citation in theme.citations)
    return Claim(text=f"{text}{_agreement(theme)}", figures=tuple(pointers), citations=cited)


def _between(theme: Theme) -> str:
    return f"between {show_share(theme.ci[0])} and {show_share(theme.ci[1])}"


def _sampled(found: Findings) -> Iterator[Claim]:
    """Say of each slice how many of its contacts were heard, where not all were."""
    first = {theme.filters: i for i, theme in reversed(list(enumerate(found.themes)))}
    for filters, i in first.items():
        theme = found.themes[i]
        if theme.of_contacts == theme.contacts_in_slice:
            continue
        members = spoken_members(filters, labels_of(found))
        whose = f"the {theme.contacts_in_slice:,} contacts{f' from {members}' if members else ''}"
        text = f"{theme.of_contacts:,} of {whose} have a transcript; shares of conversations are of those alone."
        at = f"/themes/{i}"
        yield Claim(text=text, figures=(f"{at}/of_contacts", f"{at}/contacts_in_slice", f"{at}/filters"))


def _judged(i: int, theme: Theme) -> Iterator[Claim]:
    """Say how well a theme that a classifier tells is told, since its error is part of the interval."""
    if theme.precision is None or theme.recall is None:
        return
    text = (
        f"Which conversations are about “{theme.theme}” is told from their words: on conversations kept apart that "
        f"is right for {show_share(theme.precision)} of those chosen and finds {show_share(theme.recall)} of those "
        "there are, which the interval allows for."
    )
    at = f"/themes/{i}"
    yield Claim(text=text, figures=(f"{at}/theme", f"{at}/precision", f"{at}/recall"))


def _countered(found: Findings, i: int, theme: Theme) -> Iterator[Claim]:
    """Point to who says the opposite."""
    cited = tuple(e.citation for e in found.evidence if e.citation in theme.countered_by)
    if cited:
        text = f"On the other hand, a customer among them says the opposite about “{theme.theme}”."
        yield Claim(text=text, figures=(f"/themes/{i}/theme", f"/themes/{i}/countered_by"), citations=cited)


def _agreement(theme: Theme) -> str:
    """End the sentence: what is said as often elsewhere does not set a group apart."""
    if theme.share_elsewhere is None or theme.share_elsewhere < theme.ci[0]:
        return ")."
    return "): others say it as often, so it does not set this group apart."


def _where(found: Findings, filters: tuple[Filter, ...]) -> str:
    members = spoken_members(filters, labels_of(found))
    return f"from {members} " if members else ""


def _silence(found: Findings, listening: Listening) -> str:
    members = spoken_members(listening.filters, labels_of(found))
    whose = f" from {members}" if members else ""
    if listening.with_transcript == 0:
        return (
            f"None of the {listening.contacts:,} contacts{whose} has a transcript, so words cannot support or"
            " contradict this."
        )
    if listening.with_transcript < ENOUGH:
        return (
            f"Only {listening.with_transcript:,} of the {listening.contacts:,} contacts{whose} have a transcript,"
            " too few to say anything: this rests on the numbers alone."
        )
    return (
        f"{listening.with_transcript:,} of the {listening.contacts:,} contacts{whose} have a transcript, and they say"
        " nothing distinctive: this rests on the numbers alone."
    )


def tell_quotes(found: Findings) -> tuple[Claim, ...]:
    """Tell how many passages were found and quote the best."""
    members = spoken_members(found.reading.filters, labels_of(found))
    time = f" {when(found.reading.window)}" if found.reading.window else ""
    where = f" from {members}" if members else ""
    count = len(found.evidence)
    speak = "customer speaks" if count == 1 else "customers speak"
    topic = f" about “{found.plan.search_text}”" if found.plan.search_text else " to that"
    head = Claim(
        text=f"Here is how {speak}{topic}{where}{time}, the closest {count} conversations first."
        if count > 1
        else f"One conversation comes close{topic}{where}{time}.",
        figures=("/evidence", "/reading/window", "/reading/filters"),
        citations=tuple(e.citation for e in found.evidence),
    )
    return (head,)


def tell_definition(found: Findings) -> tuple[Claim, ...]:
    """Tell what each metric means, whose it is, and how it changed."""
    claims: list[Claim] = []
    for i, name in enumerate(found.reading.metrics):
        spec = found.catalogue.metric(name)
        at = f"/definitions/{i}"
        claims.append(Claim(text=f"{spec.label}: {spec.definition}", figures=(f"{at}/label", f"{at}/definition")))
        claims.append(Claim(text=f"It is owned by {spec.owner}.", figures=(f"{at}/owner",)))
        if len(spec.versions) > 1:
            last = max(spec.versions, key=lambda v: v.version)
            text = f"Version {last.version} has been in force since {_day(last.effective_on)}."
            pointers = (f"{at}/version", f"{at}/changed_on")
            claims.append(Claim(text=text, figures=pointers))
        if spec.caveat:
            claims.append(Claim(text=spec.caveat, figures=(f"{at}/caveat",)))
        claims += [claim for card in found.cards if card.name == name for claim in tell_card(card, f"{at}/validation")]
    return tuple(claims)


def _day(day: object) -> str:
    return f"{day:%-d %B %Y}"
