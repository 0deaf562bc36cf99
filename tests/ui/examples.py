"""Hand-made outcomes that exercise every part of a card."""

from datetime import UTC, date, datetime

from assistant.types import (
    Answer,
    Claim,
    Clarification,
    Confidence,
    Definition,
    DimensionSplit,
    Drivers,
    Figure,
    Option,
    Paradox,
    QueryRecord,
    Reading,
    Refusal,
    ResultColumn,
    ResultTable,
    Segment,
)
from indexes.types import Evidence, Theme
from semantic_layer.query import Filter, TimeWindow

NOW = TimeWindow(start=date(2026, 8, 1), end=date(2026, 10, 31), label="August to October 2026")
BEFORE = TimeWindow(start=date(2026, 4, 1), end=date(2026, 6, 30), label="April to June 2026")
COMMON = {
    "id": "a1b2c3",
    "asked_at": datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
    "as_of": date(2026, 10, 31),
    "role": None,
    "language": "en",
}
LABELS = {"churn_rate": "Churn rate", "segment": "Segment", "region": "Region", "plan": "Plan"}


def segment(contribution: float, now: float, before: float, n: int, **members: str) -> Segment:
    """A significant segment that carries `contribution` of a change of 0.0045."""
    return Segment(
        filters=tuple(Filter(dimension=d, values=(v,)) for d, v in members.items()),
        contribution=contribution,
        share_of_change=contribution / 0.0045,
        rate_effect=contribution * 0.97,
        mix_effect=contribution * 0.03,
        ci=(contribution - 0.0006, contribution + 0.0006),
        p_value=1e-9,
        value_now=now,
        value_before=before,
        n_now=n,
        n_before=n,
    )


SEGMENTS = (
    segment(0.0041, 0.078, 0.026, 11_520, region="DACH", segment="SMB", plan="Plus"),
    segment(0.0007, 0.021, 0.019, 38_400, region="Nordics", segment="Consumer"),
    segment(-0.0005, 0.015, 0.017, 22_000, region="North America", segment="Enterprise"),
)


def why_answer(question: str = "Why is churn up?") -> Answer:
    """An answer with drivers, themes, quotes, a table and every fold."""
    return Answer(
        **COMMON,
        question=question,
        timings={"read": 4.1, "run": 118.3, "analyse": 41.9, "evidence": 96.0, "narrate": 1.2},
        reading=Reading(
            intent="why",
            metrics=("churn_rate",),
            filters=(Filter(dimension="segment", operator="not in", values=("Enterprise",)),),
            window=NOW,
            baseline=BEFORE,
            grain="month",
            assumptions=("October is not above September, so the months after the shift of July are compared.",),
        ),
        headline="Churn rate rose from 1.90% to 2.35%, and nearly all of it is SMB customers on Plus in DACH.",
        figures=(
            Figure(
                metric="churn_rate", label="Churn rate", value=0.0235, unit="ratio", text="2.35%", window=NOW,
                baseline_value=0.019, change=0.0045, change_pct=0.2368, change_ci=(0.0038, 0.0052), significant=True,
                query="q1",
            ),
        ),
        drivers=Drivers(
            total_change=0.0045, method="exact rate and mix split", segments=SEGMENTS, other=0.0002,
            unexplained=0.0, definitional_change=0.0,
            by_dimension=(
                DimensionSplit(dimension="region", rows=(SEGMENTS[0], SEGMENTS[1], SEGMENTS[2])),
                DimensionSplit(dimension="plan", rows=SEGMENTS[:2]),
            ),
            paradox=(Paradox(dimension="channel", text="Inside every channel the rate fell; the mix made it rise."),),
        ),
        table=ResultTable(
            columns=(ResultColumn(name="region"), ResultColumn(name="churn_rate", unit="ratio")),
            rows=tuple((f"Region number {n}", 0.018 + n / 4000) for n in range(14)),
        ),
        themes=(
            Theme(theme="price increase", passages=91, contacts=64, of_contacts=212, contacts_in_slice=1840,
                  share=0.302, share_before=0.071, ci=(0.244, 0.367), share_elsewhere=0.06, citations=("C00412:4-6",)),
            Theme(theme="invoice dispute", passages=40, contacts=31, of_contacts=212, contacts_in_slice=1840,
                  share=0.146, share_before=0.052, ci=(0.105, 0.2), citations=("C00977:2-3",)),
        ),
        evidence=(
            Evidence(citation="C00412:4-6", contact_id="C00412", turns=(4, 6), speaker="customer",
                     occurred_at=datetime(2026, 8, 14, tzinfo=UTC), theme="price increase", score=0.91,
                     quote="So my bill went from forty-nine to sixty-two <b>overnight</b> & nobody told me. "
                           "I run a bakery, I am not going to pay that."),
            Evidence(citation="C00977:2-3", contact_id="C00977", turns=(2, 3), speaker="customer",
                     occurred_at=datetime(2026, 9, 2, tzinfo=UTC), theme="invoice dispute", score=0.84,
                     quote="I want to dispute this invoice, it does not match what [NAME] promised me."),
            Evidence(citation="C01202:7-7", contact_id="C01202", turns=(7, 7), speaker="customer", occurred_at=None,
                     theme=None, stance="counters", score=0.52,
                     quote="Honestly the service is fine, we are only closing the office."),
        ),
        claims=(
            Claim(text="SMB customers on Plus in DACH went from 2.60 % to 7.80 % a month: 91 % of the rise.",
                  figures=("/drivers/segments/0/contribution",)),
            Claim(text="In that segment 30% of contacts mention price increase, against 7% before.",
                  figures=("/themes/0/share",), citations=("C00412:4-6",)),
        ),
        queries=(
            QueryRecord(id="q1", purpose="Churn rate in both windows", dialect="duckdb", rows=2, ms=12.4,
                        sql="WITH months AS (\n  SELECT month, is_churned\n  FROM fct_subscription_months\n)\n"
                            "SELECT month, avg(is_churned) AS churn_rate FROM months GROUP BY month"),
        ),
        definitions=(
            Definition(metric="churn_rate", label="Churn rate", owner="Head of Retention", version=2,
                       definition="Churned customers divided by customers active at the month's start.",
                       changed_on=date(2026, 4, 1), caveat="Customers who leave within 14 days are not counted."),
        ),
        confidence=Confidence(probability=None, label="uncalibrated", calibrated_on=None, record=None,
                              reasons=("every word of the question was used", "no window was named")),
        caveats=("The definition changed on 1 April 2026; both windows use version 2.",),
        follow_ups=("Churn rate by plan", "What do SMB customers in DACH say?", "Churn rate by month since January"),
        notes=("One sentence was dropped because its number could not be traced.",),
    )  # fmt: skip


def clarification() -> Clarification:
    """A question back with two readings."""
    return Clarification(
        **COMMON,
        question="satisfaction by team",
        why="“satisfaction” can mean CSAT or NPS, and they differ.",
        options=(
            Option(label="CSAT by team", question="CSAT by team"),
            Option(label="NPS by team", question="NPS by team"),
        ),
    )


def refusal() -> Refusal:
    """An honest no."""
    return Refusal(
        **COMMON,
        question="What is the weather in Leipzig?",
        reason="out_of_scope",
        message="This workspace holds nothing about “weather”.",
        nearest=("Contact volume by site", "CSAT by site"),
    )
