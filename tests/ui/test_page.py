"""The page in a real browser."""

import json
import urllib.request
from urllib.parse import urlparse

import pytest

pytestmark = pytest.mark.browser
SIZES = {"laptop": (1280, 800), "phone": (390, 844)}


everywhere = pytest.mark.parametrize("tab", SIZES, indirect=True)


@pytest.fixture
def tab(request, browser, page_url):
    """A fresh session at a screen size (a laptop's by default); its requests and errors are kept."""
    kind = getattr(request, "param", "laptop")
    width, height = SIZES[kind]
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    opened.kind, opened.requests, opened.errors = kind, [], []
    opened.on("request", lambda r: opened.requests.append(r.url))
    opened.on("console", lambda m: opened.errors.append(m.text) if m.type == "error" else None)
    opened.goto(page_url)
    opened.wait_for_selector(".bc-example")
    yield opened
    context.close()


def ask(tab, question):
    """Type a question and wait for its card."""
    before = tab.locator(".bc-turn").count()
    tab.fill("#bc-box textarea", question)
    tab.click("#bc-send")
    tab.wait_for_selector(f"#bc-turn-{before} .bc-headline")


@everywhere
def test_a_why_question_is_answered_by_a_card_with_a_waterfall(tab, screens):
    tab.screenshot(path=screens / f"{tab.kind}-empty.png")
    tab.locator(".bc-example").first.click()
    tab.wait_for_selector(".js-plotly-plot .waterfalllayer")
    tab.wait_for_timeout(800)
    tab.screenshot(path=screens / f"{tab.kind}-why.png")
    card = tab.locator("#bc-turn-0")
    assert "nearly all of it is SMB" in card.locator(".bc-headline").inner_text()
    assert card.locator(".bc-quote code").first.inner_text() == "C00412:4-6"
    assert card.locator(".bc-tag").first.inner_text() == "Churn rate"
    sql = card.locator(".bc-fold", has_text="SQL")
    assert not sql.locator("pre").is_visible()
    sql.locator("summary").click()
    assert "SELECT month" in sql.locator("pre").inner_text()
    tab.screenshot(path=screens / f"{tab.kind}-folds.png")


def test_a_follow_up_chip_asks_its_question(tab, screens):
    ask(tab, "Why is churn up?")
    tab.locator("#bc-turn-0 .bc-chip").first.click()
    tab.wait_for_selector("#bc-turn-1 .bc-headline")
    assert tab.locator("#bc-turn-1 .bc-question").inner_text().endswith("Churn rate by plan")
    tab.wait_for_timeout(800)
    tab.screenshot(path=screens / f"{tab.kind}-follow-up.png")


def test_a_clarification_is_answered_by_a_click(tab, screens):
    ask(tab, "satisfaction by team")
    tab.screenshot(path=screens / f"{tab.kind}-clarification.png")
    tab.locator("#bc-turn-0 .bc-chip", has_text="CSAT by team").click()
    tab.wait_for_selector("#bc-turn-1 .bc-headline")


def test_a_nonsense_question_is_refused_with_what_can_be_asked(tab, screens):
    ask(tab, "What is the weather?")
    tab.screenshot(path=screens / f"{tab.kind}-refusal.png")
    assert "nothing about" in tab.locator("#bc-turn-0 .bc-headline").inner_text()
    assert tab.locator("#bc-turn-0 .bc-chip").count() == 2


def test_what_is_asked_on_the_keyboard_is_answered(tab):
    tab.fill("#bc-box textarea", "Why is churn up?")
    tab.press("#bc-box textarea", "Enter")
    tab.wait_for_selector("#bc-turn-0 .bc-headline")
    assert tab.locator("#bc-box textarea").input_value() == ""


def test_a_verdict_is_kept_with_the_answer(tab, fake):
    ask(tab, "Why is churn up?")
    tab.locator(".bc-thumb.bc-up").click()
    tab.wait_for_selector(".bc-thanks:has-text('Thank you')")
    assert fake.verdicts[-1] == (f"answer-{fake.answered}", "up")


def test_a_thumb_down_is_followed_by_its_reason_and_what_would_be_right(tab, fake, screens):
    ask(tab, "why is churn up?")
    tab.locator(".bc-thumb.bc-down").last.click()
    reason = tab.locator(".bc-reasons").last
    reason.get_by_text("The filter or the period is wrong").click()
    reason.locator("textarea").fill("only SMB was meant")
    reason.locator("textarea").press("Enter")
    tab.wait_for_function("() => document.querySelector('.bc-reasons textarea') !== null")
    tab.wait_for_timeout(800)
    tab.screenshot(path=screens / "reasons.png")
    assert (fake.verdicts[-1][1], fake.reasons[-1]) == ("down", "wrong_filter")
    assert fake.corrections[-1] == (f"answer-{fake.answered}", "only SMB was meant")


def test_an_error_is_a_card_and_not_a_traceback(tab):
    ask(tab, "please fail")
    assert "cannot be reached" in tab.locator("#bc-turn-0 .bc-headline").inner_text()


def test_starting_over_forgets_the_conversation(tab):
    ask(tab, "Why is churn up?")
    tab.click("#bc-fresh")
    tab.wait_for_selector(".bc-example")
    assert tab.locator(".bc-turn").count() == 0


def test_a_verdict_is_not_carried_over_to_another_answer(tab):
    ask(tab, "Why is churn up?")
    tab.locator(".bc-thumb.bc-down").click()
    tab.wait_for_selector(".bc-thanks:has-text('Thank you')")
    tab.click("#bc-fresh")
    tab.wait_for_selector(".bc-example")
    ask(tab, "Why is churn up again?")
    assert tab.locator("#bc-turn-0 .bc-question").inner_text().endswith("again?")
    assert tab.locator(".bc-thanks").inner_text() == ""


@everywhere
def test_the_page_never_scrolls_sideways(tab):
    ask(tab, "Why is churn up?")
    tab.wait_for_selector(".js-plotly-plot")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_request_stays_on_this_machine_and_nothing_fails(tab):
    ask(tab, "Why is churn up?")
    tab.wait_for_selector(".js-plotly-plot")
    hosts = {urlparse(url).hostname for url in tab.requests if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert tab.errors == []


def test_what_one_person_asked_is_not_in_anothers_page(tab, page_url):
    ask(tab, "Why is churn up for my secret customer?")
    with urllib.request.urlopen(f"{page_url}config") as response:
        config = response.read().decode()
    assert json.loads(config)["title"].startswith("Because")
    assert "secret customer" not in config
    assert "C00412" not in config
