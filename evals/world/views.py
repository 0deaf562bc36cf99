"""Flat views over the marts, so that a slice of any fact is one WHERE clause."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

_TENURE = """CASE WHEN datesub('month', signed_up_on, {day}) <= 3 THEN '0-3 months'
    WHEN datesub('month', signed_up_on, {day}) <= 12 THEN '4-12 months'
    WHEN datesub('month', signed_up_on, {day}) < 36 THEN '1-2 years' ELSE '3+ years' END AS tenure_band"""
_CONTACT = "dim_customers.* EXCLUDE (customer_id), team, site, agent_name AS agent"
_PEOPLE = "JOIN dim_customers USING (customer_id) LEFT JOIN dim_agents ON dim_agents.agent_id = fct_contacts.agent_id"

VIEWS: Mapping[str, str] = {
    "months": f"""SELECT fct_subscription_months.*, month AS day, dim_customers.* EXCLUDE (customer_id),
        {_TENURE.format(day="month")} FROM fct_subscription_months JOIN dim_customers USING (customer_id)""",
    "contacts": f"""SELECT fct_contacts.*, started_at::DATE AS day, {_CONTACT},
        {_TENURE.format(day="started_at::DATE")} FROM fct_contacts {_PEOPLE}""",
    "answers": "SELECT contacts.*, survey_id FROM contacts LEFT JOIN fct_surveys USING (contact_id)",
    "surveys": f"""SELECT fct_surveys.* EXCLUDE (customer_id), responded_at::DATE AS day, fct_contacts.channel, queue,
        topic, handled_by, {_CONTACT}, {_TENURE.format(day="responded_at::DATE")}
        FROM fct_surveys JOIN fct_contacts USING (contact_id)
        JOIN dim_customers ON dim_customers.customer_id = fct_contacts.customer_id
        LEFT JOIN dim_agents ON dim_agents.agent_id = fct_contacts.agent_id""",
    "reviews": f"""SELECT fct_qa_reviews.* EXCLUDE (agent_id), reviewed_at::DATE AS day, channel, queue, topic,
        handled_by, {_CONTACT}, {_TENURE.format(day="reviewed_at::DATE")}
        FROM fct_qa_reviews JOIN fct_contacts USING (contact_id) {_PEOPLE}""",
}


def create_views(connection: Any) -> None:
    """Create the flat views for this connection only."""
    for name, sql in VIEWS.items():
        connection.execute(f"CREATE TEMPORARY VIEW {name} AS {sql}")


def inside(filters: Mapping[str, Sequence[str]]) -> str:
    """Return SQL that tells whether a row lies in a segment (never NULL)."""
    parts = [f"{name} IN ({', '.join(_quoted(v) for v in values)})" for name, values in filters.items()]
    return f"coalesce({' AND '.join(parts)}, false)" if parts else "true"


def between(start: date, end: date) -> str:
    """Return SQL that tells whether a row's day lies between two inclusive days."""
    return f"day BETWEEN DATE '{start}' AND DATE '{end}'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
