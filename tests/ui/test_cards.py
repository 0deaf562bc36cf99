"""Cards on a terminal and on a page."""

import io
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from assistant.types import ResultColumn, ResultTable
from indexes.types import Evidence
from semantic_layer.query import Filter, Having
from tests.ui.examples import LABELS, clarification, refusal, why_answer
from ui import card_html
from ui.card_terminal import render
from ui.charts import caption, chart
from ui.multiples import multiples
from ui.view import Labels, reading_chips, reading_rows, waterfall

NAMES = Labels(names=LABELS)


def on_terminal(outcome, width=80, **options):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(outcome, NAMES, **options))
    return console.file.getvalue()


def on_page(answer):
    parts = card_html.answer_parts(answer, NAMES, charted=True, steps=("Reading the question",))
    return parts.top + parts.rest


def test_a_terminal_card_fits_eighty_columns():
    assert max(len(line) for line in on_terminal(why_answer(), show_sql=True).splitlines()) <= 80


@pytest.mark.parametrize(
    "part",
    [
        "nearly all of it is SMB",
        "Confidence not yet calibrated",
        "DACH · SMB · Plus",
        "+0.41 points",
        "64 of 212 contacts",
        "[C00412:4-6]",
        "Owner: Head of Retention",
        "1 Aug 2026 – 31 Oct 2026",
        "Segment is not Enterprise",
        "› Churn rate by plan",
        "Answer a1b2c3",
    ],
)
def test_a_terminal_card_shows(part):
    assert part in on_terminal(why_answer())


def test_sql_is_shown_on_demand_only():
    assert "SELECT month" not in on_terminal(why_answer())
    assert "SELECT month" in on_terminal(why_answer(), show_sql=True)


def test_a_transcript_cannot_steer_the_terminal():
    evil = Evidence(citation="C1:1-1", contact_id="C1", turns=(1, 1), speaker="customer", occurred_at=None,
                    quote="a\x1b[2Jb [bold]c[/bold]", score=1.0)  # fmt: skip
    text = on_terminal(replace(why_answer(), evidence=(evil,)))
    assert "\x1b" not in text
    assert "[bold]c[/bold]" in text


def test_a_clarification_names_the_command_of_each_option():
    assert "because ask 'CSAT by team'" in on_terminal(clarification())


def test_a_refusal_offers_what_can_be_answered():
    text = on_terminal(refusal())
    assert "Outside this workspace" in text
    assert "› CSAT by site" in text


def test_the_steps_of_a_waterfall_lead_from_the_baseline_to_the_value():
    steps = waterfall(why_answer())
    assert [steps[0].role, steps[-1].role] == ["start", "end"]
    assert steps[0].amount + sum(s.amount for s in steps[1:-1]) == pytest.approx(steps[-1].amount)


def test_parts_of_zero_are_left_out_of_the_waterfall():
    assert "Unexplained" not in [step.label for step in waterfall(why_answer())]


def test_a_page_card_escapes_what_customers_said():
    page = on_page(why_answer())
    assert "<b>overnight</b>" not in page
    assert "&lt;b&gt;overnight&lt;/b&gt; &amp; nobody" in page


def test_a_page_card_links_a_sentence_to_its_quote():
    page = on_page(why_answer())
    assert 'href="#q-a1b2c3-1"' in page
    assert 'id="q-a1b2c3-1"' in page


@pytest.mark.parametrize(
    "fold", ["Definition and owner", "dimension&#39;s split", "Rows", "SQL", "How it was worked out"]
)
def test_a_page_card_folds(fold):
    assert fold in on_page(why_answer()) or fold.replace("&#39;", "'") in on_page(why_answer())


def test_an_answer_without_drivers_opens_its_table():
    answer = replace(why_answer(), drivers=None)
    assert "Region number 13" in card_html.answer_parts(answer, NAMES, charted=False).rest.split("bc-folds")[0]


def test_a_long_table_is_cut_and_says_so():
    answer = why_answer()
    table = replace(answer.table, rows=tuple((f"r{n}", 0.1) for n in range(5000)))
    page = on_page(replace(answer, table=table))
    assert "4,800 more rows" in page


def test_a_chart_of_drivers_is_a_waterfall_with_a_caption():
    figure = chart(why_answer(), NAMES)
    assert figure.data[0].type == "waterfall"
    assert "DACH · SMB · Plus" in caption(why_answer(), NAMES)


def test_a_breakdown_is_drawn_as_bars():
    assert chart(replace(why_answer(), drivers=None), NAMES).data[0].type == "bar"


def test_a_single_number_has_no_chart():
    assert chart(replace(why_answer(), drivers=None, table=None), NAMES) is None


def test_how_it_was_read_names_filters_order_and_thresholds():
    reading = replace(
        why_answer().reading,
        by=("plan",),
        limit=3,
        order="desc",
        order_by="churn_rate",
        filters=(Filter(dimension="region", values=("DACH", "Nordics")),),
        having=(Having(metric="churn_rate", operator=">", value=0.02),),
    )
    rows = dict(reading_rows(reading, NAMES))
    assert rows["Order"] == "Churn rate, highest first, first 3"
    assert rows["Only where"] == "Region is DACH, Nordics"
    assert rows["Threshold"] == "Churn rate > 0.02"
    assert "by Plan" in reading_chips(reading, NAMES)


def test_small_multiples_are_on_one_scale_and_say_what_is_left_out():
    answer = why_answer()
    panels = multiples(answer)
    largest = max(abs(r.contribution) for s in answer.drivers.by_dimension for r in s.rows)
    bars = [row for panel in panels for row in panel.rows]
    assert max(bars, key=lambda row: row.width).segment.contribution in (largest, -largest)
    scales = [row.width / abs(row.segment.contribution) for row in bars if row.segment.contribution]
    assert max(scales) == pytest.approx(min(scales), rel=0.01)
    for panel in panels:
        split = next(s for s in answer.drivers.by_dimension if s.dimension == panel.dimension)
        assert len(panel.rows) + panel.hidden == len(split.rows)


def test_a_forecast_is_drawn_with_its_bounds():
    columns = (
        ResultColumn(name="period"),
        *(ResultColumn(name=name, unit="count") for name in ("contacts", "low", "high")),
    )
    rows = ((date(2026, 9, 1), 90.0, None, None), (date(2026, 10, 1), 100.0, 80.0, 120.0))
    answer = replace(why_answer(), drivers=None, table=ResultTable(columns=columns, rows=rows))
    drawn = chart(answer, NAMES)
    assert [list(trace.y) for trace in drawn.data] == [[90.0, 100.0], [120.0], [80.0]]
