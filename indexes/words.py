"""BM25 and term counts; for a large corpus in a process of its own, so that a second core works too."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from indexes.corpus import CORPUS, Corpus
from indexes.lexical import build_lexical
from indexes.processes import python
from indexes.terms import build_terms
from indexes.text import content_stems
from indexes.types import Turn
from indexes.windows import windows

BM25 = "bm25"
_WORTH_A_PROCESS = 10_000


def index_words(folder: Path) -> None:
    """Write the word index and the term counts of a version."""
    corpus = Corpus.open(folder / CORPUS)
    build_lexical([tokens for stored in corpus.all() for tokens in _tokens(stored.contact.turns)]).save(folder / BM25)
    build_terms(corpus.all()).save(folder)
    corpus.close()


@contextmanager
def words_indexed(folder: Path, passages: int) -> Iterator[None]:
    """Index words while the body runs, or after it; a process that fails leaves the work to this one."""
    if passages < _WORTH_A_PROCESS:
        yield
        index_words(folder)
        return
    aside = python("indexes.words", str(folder))
    try:
        yield
        if aside.wait() != 0:
            index_words(folder)
    finally:
        aside.kill()
        aside.wait()


def _tokens(turns: Sequence[Turn]) -> Iterator[list[str]]:
    stemmed = [content_stems(turn.text) for turn in turns]
    return (list(chain.from_iterable(stemmed[window.first : window.last + 1])) for window in windows(turns))


if __name__ == "__main__":
    index_words(Path(sys.argv[1]))
