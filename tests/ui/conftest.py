"""A browser and a page for the tests that need them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.fakes import FakeAssistant, fake_desk, unused_port

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def screens() -> Path:
    """Where screenshots are left to be looked at."""
    folder = Path(__file__).parents[2] / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; without it the tests skip and say so."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("NO BROWSER: install chromium to drive the app (apt-get install chromium)")
    sync = pytest.importorskip("playwright.sync_api", reason="NO BROWSER: pip install playwright")
    with sync.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def fake() -> FakeAssistant:
    """The assistant behind the page."""
    return FakeAssistant()


@pytest.fixture(scope="session")
def page_url(fake: FakeAssistant) -> Iterator[str]:
    """A page over the fake assistant."""
    from ui.app import serve

    page = serve(fake_desk(fake), port=unused_port())
    yield page.url
    page.close()
