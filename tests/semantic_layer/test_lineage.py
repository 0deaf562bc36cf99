"""Where a metric comes from, and its formula in words."""

import pytest

from semantic_layer.in_words import in_words
from semantic_layer.lineage import lineage


@pytest.mark.parametrize(
    ("metric", "uses", "columns"),
    [
        ("volume", (), {"contacts": ("started_at",)}),
        ("churn", (), {"months": ("churned", "month", "mrr")}),
        ("net", ("answered_share", "bad_share"), {"surveys": ("csat", "responded_at")}),
        ("earned", ("revenue",), {"months": ("month", "mrr")}),
        ("volume_growth", ("volume",), {"contacts": ("started_at",)}),
        ("response_rate", (), {"surveys": ("contact_id",), "contacts": ("channel", "contact_id", "started_at")}),
        (
            "contact_to_survey",
            (),
            {"contacts": ("channel", "customer_id", "started_at"), "surveys": ("asked", "csat", "responded_at")},
        ),
        ("odd", (), {'odd "big" table': ("from", "order date")}),
    ],
)
def test_a_metric_names_the_metrics_and_columns_it_rests_on(catalogue, metric, uses, columns):
    found = lineage(metric, catalogue)
    assert found.metrics == uses
    assert dict(found.columns) == columns


def test_every_metric_has_a_lineage_and_words(catalogue):
    for metric in catalogue.metrics:
        assert lineage(metric.name, catalogue).columns
        assert in_words(metric, metric)


@pytest.mark.parametrize(
    ("metric", "version", "words"),
    [
        (
            "resolution",
            None,
            "Number of rows of contacts where resolved and channel <> 'Bot'. Divided by the number of rows of contacts "
            "where channel <> 'Bot'. Rows younger than 7 days are left out.",
        ),
        ("slow_end", None, "90th percentile of seconds over the rows of contacts."),
        ("revenue", None, "Sum of mrr over the rows of months, at the end of the period only."),
        ("opening", None, "Number of rows of months, at the start of the period only."),
        (
            "volume_growth",
            None,
            "Computed as volume / earlier - 1. Where earlier is volume, as it was 1 month earlier.",
        ),
        (
            "fiscal_mrr",
            None,
            "Sum of mrr over the rows of months, from the start of the fiscal year to the end of each period.",
        ),
        (
            "comes_back",
            None,
            "Of the rows of contacts, the share followed within 30 days by rows of contacts of the same entity. "
            "Rows of the last 30 days have not had that long and are left out.",
        ),
        ("churn", 1, "Number of rows of months where churned. Divided by the number of rows of months."),
    ],
)
def test_a_formula_is_said_in_words(catalogue, metric, version, words):
    spec = catalogue.metric(metric)
    assert " ".join(in_words(spec, spec.formula(version))) == words
