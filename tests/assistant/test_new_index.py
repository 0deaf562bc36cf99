"""An assistant that stays open hears a new version of the index from the next question on."""

import json
import re
import shutil
from pathlib import Path

from assistant import build
from assistant.corpus import build_corpus
from assistant.types import Answer
from assistant.workspace import open_workspace


def test_what_was_indexed_meanwhile_is_quoted(tiny_workspace: Path, tmp_path: Path) -> None:
    root = tmp_path / "ws"
    shutil.copytree(tiny_workspace, root)
    config = root / "because.yml"
    config.write_text(re.sub(r"  scores:\n(    - .*\n)+", "", config.read_text("utf-8")), "utf-8")
    asked = build(root)
    question = "show me quotes about the badger in the cellar"
    before = asked.ask(question)
    assert not (isinstance(before, Answer) and [e for e in before.evidence if "badger" in e.quote])
    file = root / "transcripts" / "transcripts.jsonl"
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    records[-1]["turns"][0] |= {"speaker": "customer", "text": "A badger in the cellar bit the cable in two."}
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    build_corpus(open_workspace(root))
    after = asked.ask(question)
    asked.close()
    assert isinstance(after, Answer)
    assert "badger" in after.evidence[0].quote
