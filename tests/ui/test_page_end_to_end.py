"""The page over the real assistant and the tiny workspace."""

import pytest

from tests.ui.fakes import unused_port

pytestmark = pytest.mark.browser
WHY = "Why did churn rate change in August 2026 compared with June 2026?"


@pytest.fixture(scope="module")
def tab(browser, tiny_workspace):
    """One conversation with the real thing."""
    from ui.app import launch

    page = launch(tiny_workspace, port=unused_port())
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(page.url)
    opened.wait_for_selector(".bc-example")
    yield opened
    context.close()
    page.close()


def ask(tab, question):
    """Type a question, wait for its card and return it."""
    before = tab.locator(".bc-turn").count()
    tab.fill("#bc-box textarea", question)
    tab.click("#bc-send")
    tab.wait_for_selector(f"#bc-turn-{before} .bc-headline", timeout=60_000)
    return tab.locator(f"#bc-turn-{before}")


def test_a_why_question_is_answered_with_drivers_and_sql(tab, screens):
    card = ask(tab, WHY)
    tab.wait_for_selector(".js-plotly-plot .waterfalllayer")
    tab.wait_for_timeout(800)
    tab.screenshot(path=screens / "real-why.png")
    assert "Churn rate rose" in card.locator(".bc-headline").inner_text()
    assert "DACH" in card.locator(".bc-table").first.inner_text()
    card.locator(".bc-fold", has_text="SQL").locator("summary").click()
    assert "SELECT" in card.locator(".bc-sql").first.inner_text()


def test_what_customers_said_is_quoted_with_citations(tab, screens):
    card = ask(tab, "What do customers say about price increases?")
    assert card.locator(".bc-quote code").first.inner_text().startswith("C000")
    tab.wait_for_timeout(500)
    tab.screenshot(path=screens / "real-quotes.png")


def test_a_follow_up_is_answered(tab):
    card = ask(tab, WHY)
    before = tab.locator(".bc-turn").count()
    card.locator(".bc-chip").last.click()
    tab.wait_for_selector(f"#bc-turn-{before} .bc-headline", timeout=60_000)


def test_nonsense_is_refused_with_questions_that_work(tab, screens):
    card = ask(tab, "What is the airspeed of an unladen swallow?")
    tab.screenshot(path=screens / "real-refusal.png")
    assert card.locator(".bc-refusal").count() == 1
    assert card.locator(".bc-chip").count() > 0


def test_a_trend_is_drawn_as_a_line(tab, screens):
    ask(tab, "How has contact volume developed over the past 12 months?")
    tab.wait_for_selector(".js-plotly-plot .scatterlayer .trace")
    tab.wait_for_timeout(500)
    tab.screenshot(path=screens / "real-trend.png")


def test_every_example_of_the_empty_page_is_answered(tab):
    tab.click("#bc-fresh")
    tab.wait_for_selector(".bc-example")
    examples = tab.locator(".bc-example").all_inner_texts()
    assert len(examples) >= 4
    for question in examples:
        assert ask(tab, question).locator(".bc-governed").count() == 1, question


def test_the_menu_of_roles_narrows_what_is_asked(browser, tiny_workspace, screens):
    from ui.app import launch

    page = launch(tiny_workspace, port=unused_port())
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(page.url)
    opened.wait_for_selector(".bc-example")
    opened.click("#bc-role input")
    opened.get_by_role("option", name="Regional manager, DACH").click()
    card = ask(opened, "Contact volume by region in October 2026")
    opened.screenshot(path=screens / "real-role.png")
    assert "DACH" in card.inner_text()
    assert "Nordics" not in card.inner_text()
    assert "Restricted view" in card.inner_text()
    opened.close()
    page.close()
