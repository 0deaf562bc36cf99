"""The metrics an effect can be planted on: where they are measured and what may filter them."""

from collections.abc import Mapping
from dataclasses import dataclass

CUSTOMER = ("segment", "region", "product", "plan", "acquisition_channel", "contract_type", "tenure_band")
ROUTE = ("channel", "queue", "topic")
PERSON = ("agent", "team", "site")
CONTACT = (*CUSTOMER, *ROUTE, "handled_by", *PERSON)
BOT = (*CUSTOMER, *ROUTE)
VOLUME = ("contact_volume", "contacts_per_customer")
# Known only once a contact is there: an effect on volume cannot count on them beforehand.
LATE = (*PERSON, "handled_by", "tenure_band")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plantable:
    """A metric of the dictionary as truth measures it.

    `value` is SQL over the fact's flat view (views.py), `{days}` the length of the period;
    `dimensions` may filter it;
    `total` metrics take `add` as an amount a month for the whole segment.
    """

    fact: str
    value: str
    dimensions: tuple[str, ...]
    total: bool = False


def _months(value: str, *, total: bool = False) -> Plantable:
    return Plantable(fact="months", value=value, dimensions=CUSTOMER, total=total)


def _contacts(value: str, dimensions: tuple[str, ...] = CONTACT, *, total: bool = False) -> Plantable:
    return Plantable(fact="contacts", value=value, dimensions=dimensions, total=total)


def _surveys(value: str) -> Plantable:
    return Plantable(fact="surveys", value=value, dimensions=CONTACT)


def _reviews(value: str) -> Plantable:
    return Plantable(fact="reviews", value=value, dimensions=CONTACT)


_HANDLED = "handled_by = 'human' and not is_abandoned"
_LEFT = "is_churned and churned_on >= signed_up_on + 14"

METRICS: Mapping[str, Plantable] = {
    "churn_rate": _months(f"avg(({_LEFT})::int)"),
    "churned_customers": _months(f"count(*) filter ({_LEFT}) / count(distinct month)", total=True),
    "revenue_churn_rate": _months(f"sum(mrr_start) filter ({_LEFT}) / sum(mrr_start)"),
    "net_revenue_retention": _months("sum(mrr_end) / sum(mrr_start)"),
    "mrr": _months("sum(mrr_end) / count(distinct month)", total=True),
    "arpu": _months("sum(mrr_end) / count(*)"),
    "customer_lifetime_value": _months("0.62 * sum(mrr_end * expected_lifetime_months) / count(*)"),
    "churn_risk": _months("avg(churn_risk)"),
    "at_risk_customers": _months("count(*) filter (churn_risk >= 0.6) / count(distinct month)", total=True),
    "products_per_customer": _months("avg(products_held)"),
    "contact_volume": _contacts("count(*) / {days}", total=True),
    "contacts_per_customer": _contacts("count(*) / {days}"),
    "deflection_rate": _contacts("avg((handled_by = 'bot')::int) filter (channel = 'Bot')", BOT),
    "workflow_completion_rate": _contacts("avg(workflow_completed::int) filter (channel = 'Bot')", BOT),
    "abandonment_rate": _contacts("avg(is_abandoned::int) filter (handled_by = 'human')"),
    "service_level": _contacts(
        f"count(*) filter ({_HANDLED} and wait_seconds <= 20) / count(*) filter (handled_by = 'human')"
    ),
    "average_speed_of_answer": _contacts(f"avg(wait_seconds) filter ({_HANDLED})"),
    "average_handle_time": _contacts(f"avg(talk_seconds + hold_seconds + after_call_seconds) filter ({_HANDLED})"),
    "hold_time": _contacts(f"avg(hold_seconds) filter ({_HANDLED})"),
    "after_call_work": _contacts(f"avg(after_call_seconds) filter ({_HANDLED})"),
    "transfer_rate": _contacts(f"avg(is_transferred::int) filter ({_HANDLED})"),
    "escalation_rate": _contacts(f"avg(is_escalated::int) filter ({_HANDLED})"),
    "first_contact_resolution_rate": _contacts(
        "avg((is_resolved and not is_repeat_7d)::int) filter (not is_abandoned)"
    ),
    "repeat_contact_rate": _contacts("avg(is_repeat_7d::int)"),
    "repeat_48h_rate": _contacts("avg(is_repeat_48h::int)"),
    "complaint_rate": _contacts("avg(is_complaint::int)"),
    "avoidable_contact_rate": _contacts("avg(is_avoidable::int)"),
    "sentiment_score": _contacts("avg(sentiment)"),
    "predicted_csat": _contacts("avg(predicted_csat)"),
    "service_cost": _contacts("sum(cost) / {days}", total=True),
    "cost_per_contact": _contacts("sum(cost) / count(*)"),
    "cost_to_serve": _contacts("sum(cost) / count(*)"),
    "csat": _surveys("avg((csat >= 4)::int)"),
    "nps": _surveys("100 * (avg((nps >= 9)::int) - avg((nps <= 6)::int))"),
    "customer_effort_score": _surveys("avg(ces)"),
    "survey_response_rate": Plantable(
        fact="answers", value="count(survey_id) / count(*) filter (handled_by = 'human')", dimensions=CONTACT
    ),
    "qa_score": _reviews("avg(qa_score)"),
    "disclosure_miss_rate": _reviews("avg(disclosure_missed::int)"),
}
