"""The last evaluation is a tab of the page, for those who may see every figure."""

from dataclasses import replace

import pytest

from evals.report import report_document
from evals.suite import run_suite
from semantic_layer.errors import UserError
from tests.ui.fakes import REPORT, FakeAssistant, fake_desk
from ui.desk_open import open_desk

SUITE = "suite: tab\ncases:\n  - {id: tab-one, question: churn rate last month, expect: {reading: {metrics: [csat]}}}\n"


def test_who_may_see_everything_sees_the_report():
    desk = fake_desk(FakeAssistant())
    assert [desk.report(role) for role in (None, "analyst")] == [REPORT, REPORT]


@pytest.mark.parametrize(("role", "code"), [("partner", "not_permitted"), ("nobody", "unknown_role")])
def test_a_limited_role_does_not(role, code):
    with pytest.raises(UserError) as caught:
        fake_desk(FakeAssistant()).report(role)
    assert caught.value.code == code


def test_a_limited_default_role_hides_the_report_from_everyone():
    desk = fake_desk(FakeAssistant())
    desk.facts = replace(desk.facts, default_role="partner")
    with pytest.raises(UserError, match="may see every figure"):
        desk.report(None)


def test_the_tab_shows_the_report_kept_last_and_makes_none(tiny_workspace):
    (tiny_workspace / "evals" / "tab.yml").write_text(SUITE, encoding="utf-8")
    desk = open_desk(tiny_workspace)
    try:
        document = report_document(tiny_workspace, run_suite(tiny_workspace, "tab")["run_id"])
        run_suite(tiny_workspace, "tab")
        page = desk.report(None)
        assert document["run_id"] in page
        assert "Decisions" in page
        with pytest.raises(UserError, match="may see every figure"):
            desk.report("partner_manila")
    finally:
        desk.close()


@pytest.mark.browser
def test_the_tab_draws_the_report_and_runs_nothing_in_it(browser, page_url, screens):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(page_url)
    tab.wait_for_selector(".bc-example")
    tab.get_by_role("tab", name="Evaluation").click()
    frame = tab.wait_for_selector(".bc-report")
    assert frame.get_attribute("sandbox") == ""
    verdict = tab.frame_locator(".bc-report").locator(".verdict")
    assert verdict.inner_text() == 'Rely on it. "99.1%" came out right.'
    tab.screenshot(path=screens / "phone-evaluation.png")
    context.close()
