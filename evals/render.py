"""A report's document as HTML, Markdown, JSON or PDF."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semantic_layer.errors import UpstreamError, UserError

if TYPE_CHECKING:
    from jinja2 import Environment

FORMATS = ("html", "md", "json", "pdf")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 60


def render(document: dict[str, Any], form: str) -> bytes:
    """Return a report in a format; equal documents give equal bytes, but for PDF, which carries its date.

    Raises UserError (unknown_format, no_browser).
    """
    if form == "json":
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    if form == "pdf":
        return _pdf(_page(document, "html"))
    if form in ("html", "md"):
        return _page(document, form).encode()
    raise UserError(f"unknown format '{form}'", code="unknown_format", hint=f"known: {', '.join(FORMATS)}")


def templates(*folders: Path, escaped: bool = True) -> "Environment":
    """Return the templates of these folders over the layout that all pages share."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent / "templates"]), autoescape=escaped,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _page(document: dict[str, Any], form: str) -> str:
    environment = templates(escaped=form == "html")
    environment.filters |= {"percent": _percent, "range": _range, "plain": _plain, "figure": _figure}
    return environment.get_template(f"report.{form}").render(document)


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"


def _figure(value: float | None) -> str:
    return "no value" if value is None else f"{value:,.6g}"


def _range(ci: list[float] | None) -> str:
    return f"{ci[0]:.1%} to {ci[1]:.1%}" if ci else "no such case"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    line = " ".join(str(text).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|!~" else c for c in line)


def _pdf(page: str) -> bytes:
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise UserError(
            "a PDF needs Chromium or Chrome, and neither is on the path", code="no_browser",
            hint="install one, or print the HTML report from any browser",
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri()]
        ran = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        if not target.is_file():
            said = ran.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
            raise UpstreamError(
                f"{browser} made no PDF: {said[0]}", code="browser_failed", hint="print the HTML report"
            )
        return target.read_bytes()
