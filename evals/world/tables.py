"""The warehouse's tables: every column, its type, and how it is made from a chunk of arrays.

A chunk is a mapping of names to numpy arrays that DuckDB sees as the relation `chunk`.
"""

from collections.abc import Mapping, Sequence

from evals.world import company as co
from evals.world.agents import TEAMS
from evals.world.contacts import TOPICS

Columns = tuple[tuple[str, str, str], ...]

CONTACT_ID = "'C' || lpad(contact::VARCHAR, 8, '0')"
CUSTOMER_ID = "'K' || lpad(customer::VARCHAR, 7, '0')"
AGENT_ID = "CASE WHEN agent >= 0 THEN 'A' || lpad((agent + 1)::VARCHAR, 4, '0') END"
_EPOCH = 719_163


def _moment(column: str) -> str:
    return f"make_timestamp(({column} - {_EPOCH * 86_400}) * 1000000)"


def _day(column: str) -> str:
    return f"CASE WHEN {column} > 0 THEN DATE '1970-01-01' + ({column} - {_EPOCH})::INTEGER END"


def named(column: str, members: Sequence[str]) -> str:
    """Return SQL for the member with a code, NULL for -1."""
    listed = ", ".join("'" + member.replace("'", "''") + "'" for member in members)
    return f"list_extract([{listed}]::VARCHAR[], {column} + 1)"


TABLES: Mapping[str, Columns] = {
    "dim_customers": (
        ("customer_id", "VARCHAR", CUSTOMER_ID),
        ("segment", "VARCHAR", named("segment", co.SEGMENTS)),
        ("region", "VARCHAR", named("region", co.REGIONS)),
        ("product", "VARCHAR", named("product", co.PRODUCTS)),
        ("plan", "VARCHAR", named("plan", co.PLANS)),
        ("acquisition_channel", "VARCHAR", named("acquisition_channel", co.ACQUISITIONS)),
        ("contract_type", "VARCHAR", named("contract_type", co.CONTRACTS)),
        ("signed_up_on", "DATE", _day("signed_up")),
        ("expected_lifetime_months", "DOUBLE", "lifetime"),
    ),
    "dim_agents": (
        ("agent_id", "VARCHAR", AGENT_ID),
        ("agent_name", "VARCHAR", "agent_name"),
        ("team", "VARCHAR", named("team", [team for team, _ in TEAMS])),
        ("site", "VARCHAR", named("site", co.SITES)),
        ("hired_on", "DATE", _day("hired")),
    ),
    "fct_contacts": (
        ("contact_id", "VARCHAR", CONTACT_ID),
        ("customer_id", "VARCHAR", CUSTOMER_ID),
        ("agent_id", "VARCHAR", AGENT_ID),
        ("started_at", "TIMESTAMP", _moment("second")),
        ("channel", "VARCHAR", named("channel", co.CHANNELS)),
        ("queue", "VARCHAR", named("queue", co.QUEUES)),
        ("topic", "VARCHAR", named("topic", TOPICS)),
        ("handled_by", "VARCHAR", named("handled_by", co.HANDLERS)),
        ("wait_seconds", "INTEGER", "wait"),
        ("talk_seconds", "INTEGER", "talk"),
        ("hold_seconds", "INTEGER", "hold"),
        ("after_call_seconds", "INTEGER", "wrap"),
        ("is_abandoned", "BOOLEAN", "abandoned"),
        ("is_transferred", "BOOLEAN", "transferred"),
        ("is_escalated", "BOOLEAN", "escalated"),
        ("is_resolved", "BOOLEAN", "resolved"),
        ("is_repeat_48h", "BOOLEAN", "repeat_48h"),
        ("is_repeat_7d", "BOOLEAN", "repeat_7d"),
        ("workflow_completed", "BOOLEAN", f"CASE WHEN channel = {co.CHANNELS.index('Bot')} THEN completed END"),
        ("is_complaint", "BOOLEAN", "complaint"),
        ("is_avoidable", "BOOLEAN", "avoidable"),
        ("sentiment", "DOUBLE", "sentiment"),
        ("predicted_csat", "DOUBLE", "predicted_csat"),
        ("cost", "DOUBLE", "cost"),
    ),
    "fct_subscription_months": (
        ("customer_id", "VARCHAR", CUSTOMER_ID),
        ("month", "DATE", _day("month")),
        ("is_churned", "BOOLEAN", "churned_on > 0"),
        ("churned_on", "DATE", _day("churned_on")),
        ("churn_reason", "VARCHAR", named("reason", co.REASONS)),
        ("mrr_start", "DOUBLE", "mrr_start"),
        ("mrr_end", "DOUBLE", "mrr_end"),
        ("products_held", "INTEGER", "held"),
        ("churn_risk", "DOUBLE", "risk"),
    ),
    "fct_surveys": (
        ("survey_id", "VARCHAR", "'S' || lpad(survey::VARCHAR, 8, '0')"),
        ("contact_id", "VARCHAR", CONTACT_ID),
        ("customer_id", "VARCHAR", CUSTOMER_ID),
        ("responded_at", "TIMESTAMP", _moment("second")),
        ("csat", "INTEGER", "csat"),
        ("nps", "INTEGER", "nps"),
        ("ces", "INTEGER", "ces"),
    ),
    "fct_qa_reviews": (
        ("review_id", "VARCHAR", "'R' || lpad(review::VARCHAR, 8, '0')"),
        ("contact_id", "VARCHAR", CONTACT_ID),
        ("agent_id", "VARCHAR", AGENT_ID),
        ("reviewed_at", "TIMESTAMP", _moment("second")),
        ("qa_score", "DOUBLE", "score"),
        ("disclosure_missed", "BOOLEAN", "disclosure_missed"),
        ("empathy_flag", "BOOLEAN", "empathy"),
        ("knowledge_flag", "BOOLEAN", "knowledge"),
        ("process_flag", "BOOLEAN", "process"),
    ),
    "fct_interventions": (
        ("intervention_id", "VARCHAR", "'I' || lpad(intervention::VARCHAR, 3, '0')"),
        ("kind", "VARCHAR", "kind"),
        ("started_on", "DATE", _day("started_on")),
        ("name", "VARCHAR", "name"),
        ("owner", "VARCHAR", "owner"),
        ("description", "VARCHAR", "description"),
        ("target_metric", "VARCHAR", "nullif(target_metric, '')"),
        ("scope", "JSON", "scope"),
    ),
}


def projection(table: str) -> str:
    """Return the SELECT that turns a chunk into rows of a table."""
    columns = ", ".join(f"({sql})::{kind} AS {name}" for name, kind, sql in TABLES[table])
    return f"SELECT {columns} FROM chunk"
