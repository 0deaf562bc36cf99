"""Three workspaces to read questions against: the demo's dictionary, and two that nobody described."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant.planner import RulePlanner, Vocabulary
from semantic_layer.loader import load_catalogue
from semantic_layer.model import Catalogue

METRICS = Path(__file__).parents[3] / "evals" / "world" / "workspace" / "metrics"
MEMBERS: dict[str, tuple[str, ...]] = {
    "segment": ("Consumer", "SMB", "Enterprise"),
    "region": ("North America", "UK & Ireland", "DACH", "Nordics"),
    "product": ("Fibre", "Mobile", "TV", "Cloud Phone"),
    "plan": ("Basic", "Plus", "Premium", "Business"),
    "channel": ("Voice", "Chat", "Email", "Messaging", "Bot"),
    "queue": ("Billing", "Technical Support", "Sales", "Complaints", "Retention", "Orders"),
    "topic": ("Price increase", "Invoice dispute", "Slow internet", "Outage", "Cancel service", "Number porting",
              "Delivery status", "Password reset", "Roaming charges", "Contract renewal"),
    "handled_by": ("human", "bot"),
    "tenure_band": ("0-3 months", "4-12 months", "1-2 years", "3+ years"),
    "acquisition_channel": ("Web", "Retail", "Referral", "Partner"),
    "contract_type": ("Monthly", "12 months", "24 months"),
    "team": ("Manila New", "Belfast Care"),
    "site": ("Belfast", "Manila", "Austin", "Leipzig"),
    "agent": ("Anna Kovacs", "John Smith"),
    "churn_reason": ("Price", "Competitor", "Moved"),
}  # fmt: skip


@cache
def demo() -> RulePlanner:
    """The demo's dictionary with data from November 2024 to October 2026."""
    catalogue = load_catalogue(METRICS, fiscal_year_start=2).catalogue
    return RulePlanner(Vocabulary(catalogue, MEMBERS, date(2024, 11, 1), date(2026, 10, 31), "en-GB"))


@cache
def telco() -> RulePlanner:
    """One row a subscriber, without dates."""
    flags = ("Partner", "PaperlessBilling", "PhoneService")
    values = {
        "gender": ("Female", "Male"), "senior_citizen": ("0", "1"),
        "contract": ("Month-to-month", "One year", "Two year"),
        "internet_service": ("DSL", "Fiber optic", "No"), "tech_support": ("No", "No internet service", "Yes"),
        "online_backup": ("No", "No internet service", "Yes"),
        "payment_method": ("Bank transfer (automatic)", "Credit card (automatic)", "Electronic check", "Mailed check"),
        **{_snake(f): ("false", "true") for f in flags}, "churn": ("false", "true"),
    }  # fmt: skip
    dimensions = [_dimension(n, "telco", type="number" if n == "senior_citizen" else "text") for n in list(values)[:7]]
    dimensions += [_dimension(_snake(f), "telco", type="boolean", values=_sides(f)) for f in (*flags, "Churn")]
    dimensions[1]["values"] = {"1": ["with senior citizen"], "0": ["without senior citizen"]}
    metrics = [
        _count("customer_count", "Customers", "telco", synonyms=["number of customers", "customer count"]),
        _share(
            "churn_rate", "Churn rate", "telco", '"Churn"', synonyms=["churn", "share of churn", "percentage of churn"]
        ),
        _count("churn_customers", "Customers with churn", "telco", where='"Churn"', synonyms=["churn customers"]),
        _average(
            "average_monthly_charges",
            "Average monthly charges",
            "telco",
            '"MonthlyCharges"',
            "EUR",
            ["monthly charges"],
        ),
        _average("average_tenure", "Average tenure", "telco", "tenure", "months", ["tenure"]),
        _sum("total_charges", "Total charges", "telco", '"TotalCharges"'),
    ]
    for flag in flags:
        words = _snake(flag).replace("_", " ")
        metrics.append(_share(f"{_snake(flag)}_rate", f"{words} rate", "telco", f'"{flag}"', synonyms=[words]))
        metrics.append(_count(f"{_snake(flag)}_customers", f"Customers with {words}", "telco", where=f'"{flag}"'))
    tables = [{"name": "telco", "description": "one customer a row (7,043 rows)", "key": "customerID"}]
    return _planner(tables, dimensions, metrics, values, None, None)


@cache
def incidents() -> RulePlanner:
    """Incidents of 2023 with members that several columns share; everything is the default period."""
    people = ("Beth Anglin", "Charlie Whitherspoon", "Fred Luddy", "Howard Johnson", "Luke Wilson")
    kinds = ("Database", "Hardware", "Inquiry / Help", "Network", "Software")
    values = {
        "category": kinds, "assignment_group": kinds, "state": ("Closed", "Resolved"), "closed_by": people,
        "assigned_to": people, "location": ("Australia", "Canada", "India", "UK", "USA"),
        "caller_id": ("Bud Richman", "David Loo", "Don Goodliffe", "ITIL User"),
        "priority": ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low"),
    }  # fmt: skip
    dimensions = [_dimension(name, "flag_1") for name in values]
    next(d for d in dimensions if d["name"] == "caller_id")["synonyms"] = ["caller"]
    spoken = ["number of incidents", "incident count", "rows", "records", "volume", "tickets", "cases"]
    taken = ["resolution time", "time to resolution", "time to resolve", "time to close"]
    metrics = [
        _count("incident_count", "Incidents", "flag_1", synonyms=spoken, default_grain="all"),
        _average("time_from_opened_to_closed", "Time from opened to closed", "flag_1", "1", "seconds", taken),
    ]
    metrics[1]["default_grain"] = "all"
    tables = [{"name": "flag_1", "description": "one incident a row (500 rows)", "key": "number", "time": "opened_at"}]
    return _planner(tables, dimensions, metrics, values, date(2023, 1, 2), date(2023, 12, 31))


def _planner(
    tables: Any, dimensions: Any, metrics: Any, values: Any, first: date | None, as_of: date | None
) -> RulePlanner:
    catalogue = Catalogue.model_validate({"tables": tables, "dimensions": dimensions, "metrics": metrics})
    return RulePlanner(Vocabulary(catalogue, values, first, as_of, "en-GB"))


def _dimension(name: str, table: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "label": name.replace("_", " ").capitalize(), "table": table, **keys}


def _metric(name: str, label: str, kind: str, unit: str, **keys: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "type": kind,
        "definition": label,
        "unit": unit,
        "owner": "unassigned",
        **keys,
    }


def _count(name: str, label: str, table: str, *, where: str | None = None, **keys: Any) -> dict[str, Any]:
    return _metric(name, label, "simple", "count", measure={"table": table, "agg": "count", "where": where}, **keys)


def _sum(name: str, label: str, table: str, column: str) -> dict[str, Any]:
    return _metric(name, label, "simple", "EUR", measure={"table": table, "agg": "sum", "expr": column})


def _average(name: str, label: str, table: str, column: str, unit: str, synonyms: list[str]) -> dict[str, Any]:
    return _metric(
        name, label, "average", unit, synonyms=synonyms, measure={"table": table, "agg": "average", "expr": column}
    )


def _share(name: str, label: str, table: str, column: str, **keys: Any) -> dict[str, Any]:
    top = {"table": table, "agg": "count", "where": column}
    return _metric(name, label, "ratio", "ratio", numerator=top, denominator={"table": table, "agg": "count"}, **keys)


def _sides(column: str) -> dict[str, list[str]]:
    words = _snake(column).replace("_", " ")
    return {"true": ["yes", f"with {words}", f"has {words}"], "false": ["no", f"without {words}", f"no {words}"]}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
