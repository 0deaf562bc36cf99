"""The dictionary as a page: complete, within a role's limits, harmless, and in need of nothing else."""

import json
import re
import shutil
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ui.cli import run

OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")
HOSTILE = """
metrics:
  - name: '"><img src=x onerror=alert(1)>'
    label: <script>alert('label')</script>
    type: simple
    definition: "{{ 7 * 7 }} & <em>new</em>"
    unit: count
    owner: "'\\" onclick=alert(2) <svg/onload=alert(3)>"
    synonyms: ["</script><script>alert(4)</script>"]
    measure: {table: fct_contacts, agg: count}
"""


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [name for name, _ in attrs]))


@pytest.fixture(scope="module")
def written(tiny_workspace: Path, tmp_path_factory: pytest.TempPathFactory):
    def call(*argv: str, workspace: Path = tiny_workspace) -> str:
        file = tmp_path_factory.mktemp("page") / "dictionary.html"
        assert run(["metrics", "--html", "--out", str(file), "--workspace", str(workspace), *argv]) == 0
        return file.read_text(encoding="utf-8")

    return call


@pytest.fixture(scope="module")
def page(written) -> str:
    return written()


def entry(page: str, name: str) -> str:
    """Return what a page says of one metric."""
    found = re.search(rf'<article class="entry" id="metric-{name}".*?</article>', page, re.S)
    assert found, name
    return unescape(found[0])


def test_every_metric_that_can_be_asked_for_is_on_the_page(page, tiny_workspace, capsys):
    run(["metrics", "--workspace", str(tiny_workspace), "--json"])
    listed = json.loads(capsys.readouterr().out)["metrics"]
    assert sorted(re.findall(r'id="metric-([^"]+)"', page)) == sorted(m["metric"] for m in listed)
    for metric in listed:
        said = entry(page, metric["metric"])
        assert metric["definition"] in said
        assert metric["owner"] in said
        assert f"Can be cut by {len(metric['dimensions'])} dimensions" in said


def test_the_statement_shown_is_the_one_that_runs(page, tiny_workspace, capsys):
    for name in ("churn_rate", "nps", "first_contact_resolution_rate"):
        run(["sql", name, *OCTOBER, "--workspace", str(tiny_workspace), "--json"])
        assert json.loads(capsys.readouterr().out)["sql"] in entry(page, name)


def test_lineage_leads_to_metrics_tables_and_columns(page):
    assert 'href="#metric-active_customers"' not in entry(page, "nps")
    assert "fct_surveys</a> → nps, responded_at" in entry(page, "nps")
    churn = entry(page, "churn_rate")
    assert "dim_customers</a> → customer_id, signed_up_on" in churn
    assert "Written in <code>metrics/retention.yml:" in churn


def test_the_change_log_says_who_when_why_and_what_it_meant(page, tiny_workspace, capsys):
    run(["metrics", "churn_rate", "--workspace", str(tiny_workspace), "--json"])
    versions = json.loads(capsys.readouterr().out)["metrics"][0]["versions"]
    assert len(versions) > 1
    for version in versions:
        for said in ("effective_on", "author", "reason"):
            assert version[said] in entry(page, "churn_rate")


def test_every_link_leads_somewhere(page):
    there = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= there


def test_the_page_needs_nothing_from_elsewhere_and_runs_its_own_script_only(page):
    assert "http://" not in page
    assert "https://" not in page
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'" in page


def test_names_and_owners_cannot_write_into_the_page(written, tiny_workspace, tmp_path):
    copy = shutil.copytree(tiny_workspace, tmp_path / "copy")
    (copy / "metrics" / "hostile.yml").write_text(HOSTILE, encoding="utf-8")
    page = written(workspace=copy)
    tags = Tags()
    tags.feed(page)
    assert [tag for tag, _ in tags.found].count("script") == 1
    assert not {"img", "svg", "em"} & {tag for tag, _ in tags.found}
    assert not [name for _, names in tags.found for name in names if name.startswith("on")]
    assert "{{ 7 * 7 }} &amp; &lt;em&gt;new&lt;/em&gt;" in page


def test_a_roles_page_names_nothing_that_is_not_open_to_it(written):
    page = written("--role", "partner_manila")
    assert "Restricted view" in page
    names = re.findall(r'id="(?:metric|dimension)-([^"]+)"', page)
    assert "average_handle_time" in names
    assert not {"service_cost", "cost_per_contact", "churn_rate", "agent"} & set(names)
    for name in ("service_cost", "cost_per_contact", "churn_rate"):
        assert f"#metric-{name}" not in page
    assert "Belfast" not in page
    assert "site = &#39;Manila&#39;" in page


def test_without_a_warehouse_the_page_still_holds_the_definitions(written, tiny_workspace, tmp_path):
    copy = shutil.copytree(tiny_workspace, tmp_path / "copy", ignore=shutil.ignore_patterns("*.duckdb", "index"))
    assert "NULLIF(COUNT(*), 0) AS churn_rate" in entry(written(workspace=copy), "churn_rate")


def test_the_same_dictionary_gives_the_same_bytes(page, written):
    assert written() == page


@pytest.mark.browser
def test_the_search_box_finds_by_synonym_owner_and_column(page, browser, tmp_path):
    (tmp_path / "d.html").write_text(page, encoding="utf-8")
    shown = browser.new_page(viewport={"width": 390, "height": 800})
    complaints: list[str] = []
    shown.on("console", lambda message: complaints.append(message.text))
    shown.goto((tmp_path / "d.html").as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") == 390
    for words in ("attrition head of retention", "SIGNED_UP_ON churned"):
        shown.fill("#find", words)
        assert shown.is_visible("#metric-churn_rate")
        assert not shown.is_visible("#metric-average_handle_time")
    shown.fill("#find", "no such thing")
    assert shown.inner_text("#found").startswith("0 of ")
    assert complaints == []
    shown.close()
