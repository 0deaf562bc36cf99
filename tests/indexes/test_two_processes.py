"""One process builds while another reads: a reader sees one version or another, whole, in either store."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from indexes.search import TranscriptIndex
from indexes.shelves import Shelf
from tests.indexes.chats import contact, write
from tests.indexes.test_stores import build, database, shelf

__all__ = ["build", "database", "shelf"]

BUILDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from indexes.build import build_index
    from indexes.settings import RedactionSettings, TranscriptSettings
    from indexes.shelves import ChromaShelf

    root, url = Path(sys.argv[1]), sys.argv[2]
    shelf = ChromaShelf()
    if url:
        from indexes.postgres import PostgresShelf
        shelf = PostgresShelf(url, "because")
    for number, file in enumerate(sys.argv[3:]):
        if number:
            sys.stdin.readline()
        report = build_index(
            root, [Path(file)], transcripts=TranscriptSettings(), redaction=RedactionSettings(), shelf=shelf
        )
        print(report.contacts, flush=True)
    """
)
SAID = (
    "The {} chewed through the cable of my router.",
    "Your engineer laid a cable that a {} bit in two.",
    "Because of a {} the cable in the cellar has no signal.",
    "Can you send me a new cable, since the {} took mine?",
    "A {} sleeps on the cable box every single night.",
    "Nobody believes that some {} ate twelve metres of cable.",
)
ANIMALS = ("badger", "ferret", "otter", "weasel")


def records(version: int) -> list[dict[str, object]]:
    """The same contacts in every version, each saying which version it is of."""
    return [contact(f"C{i}", "Good morning.", SAID[i % len(SAID)].format(ANIMALS[version])) for i in range(40)]


def test_a_reader_sees_one_version_whole_while_another_process_builds(
    tmp_path: Path, shelf: Shelf, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database") if shelf.name == "postgres" else ""
    files = [str(write(tmp_path / f"v{i}.jsonl", records(i))) for i in range(len(ANIMALS))]
    command = [sys.executable, "-c", BUILDER, str(tmp_path / "index"), url]
    run = {"env": {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, "check": True}
    subprocess.run([*command, files[0]], **run)  # type: ignore[call-overload]
    old = TranscriptIndex.open(tmp_path / "index", shelf=shelf)
    assert _seen(old) == {ANIMALS[0]}
    # A version is kept until the second build after it: each next build waits until the one before was read.
    builder = subprocess.Popen([*command, *files[1:]], env=run["env"], stdin=subprocess.PIPE, text=True)  # type: ignore[call-overload]
    waiting = set(ANIMALS[1:-1])
    seen = []
    while builder.poll() is None:
        seen.append(_seen(TranscriptIndex.open(tmp_path / "index", shelf=shelf)))
        if seen[-1] & waiting:
            waiting -= seen[-1]
            builder.stdin.write("\n")
            builder.stdin.flush()
    builder.stdin.close()
    assert builder.returncode == 0
    assert all(len(animals) == 1 for animals in seen)
    order = [ANIMALS.index(next(iter(animals))) for animals in seen]
    assert order == sorted(order)
    assert len(set(order)) > 1
    assert _seen(TranscriptIndex.open(tmp_path / "index", shelf=shelf)) == {ANIMALS[-1]}


def _seen(index: TranscriptIndex) -> set[str]:
    """The animals that a search finds; every quote stands in the version that found it."""
    found = index.search("what happened to the cable", k=20)
    assert len(found) >= 5
    assert all(item.quote in index.quote(item.citation) for item in found)
    return {animal for animal in ANIMALS for item in found if animal in item.quote}
