"""Which customer turn says which word or pair of words: the counts that themes are made of."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.corpus import Stored
from indexes.held_out import Confusion, judge
from indexes.ngrams import Matrix
from indexes.reasons import Reasons, alike, discover, telling_words
from indexes.text import STOP_WORDS, content_stems, sentences, stems, words

_LEAST_CONTACTS = 3
_MOST_SHARE = 0.6
_GAP = 2
_LIFT = 2.0
_DEVIATIONS = 4.0

Columns = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms by turn and by contact as sorted (start, column) lists.

    `names[c]` is a term's stems, `surfaces[c]` the way people most often say it; row t of the turns
    is turn `number[t]` of the contact at position `contact[t]`. `kin_terms` lists, for each single word,
    the words that the same contacts say at least twice as often as chance has it. `reason[c]` is why the
    contact at position c called, or −1, and `reason_probability[c]` how sure that is; `reason_words[r]` the words
    that tell reason r, strongest first, and `reason_near` pairs reasons that are alike. `reason_confusion` says
    how well reasons are told on contacts that they were not found on.
    """

    names: NDArray[np.str_]
    surfaces: NDArray[np.str_]
    turn_starts: NDArray[np.int64]
    turn_terms: Columns
    contact: Columns
    number: Columns
    contact_starts: NDArray[np.int64]
    contact_terms: Columns
    kin_starts: NDArray[np.int64]
    kin_terms: Columns
    reason: Columns
    reason_probability: NDArray[np.float32]
    reason_words: Columns
    reason_near: NDArray[np.bool_]
    reason_confusion: Confusion

    def save(self, folder: Path) -> None:
        """Write the columns."""
        np.savez(folder / "terms.npz", **{name: getattr(self, name) for name in self.__slots__})

    def counts(self, contacts: NDArray[np.intp]) -> NDArray[np.int64]:
        """Count, for every term, the given contacts that say it."""
        held = _gather(self.contact_starts, self.contact_terms, contacts)
        return np.bincount(held, minlength=len(self.names))

    def says(self, contacts: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Say for each contact (row) and term (column) whether it is said."""
        place = np.full(len(self.names), -1)
        place[columns] = np.arange(len(columns))
        held = place[_gather(self.contact_starts, self.contact_terms, contacts)]
        sizes = self.contact_starts[contacts + 1] - self.contact_starts[contacts]
        rows = np.repeat(np.arange(len(contacts)), sizes)
        out = np.zeros((len(contacts), len(columns)), dtype=bool)
        out[rows[held >= 0], held[held >= 0]] = True
        return out

    def kin(self, column: int) -> Columns:
        """List the words that keep company with a word."""
        return self.kin_terms[self.kin_starts[column] : self.kin_starts[column + 1]]

    def turns_of(self, contacts: NDArray[np.intp]) -> NDArray[np.intp]:
        """List the turn rows of contacts."""
        first, last = np.searchsorted(self.contact, contacts), np.searchsorted(self.contact, contacts, side="right")
        return _ranges(first, last)

    def weights(self, turns: NDArray[np.intp], weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a weight a term over each turn."""
        sizes = self.turn_starts[turns + 1] - self.turn_starts[turns]
        held = weight[_gather(self.turn_starts, self.turn_terms, turns)]
        summed = np.bincount(np.repeat(np.arange(len(turns)), sizes), weights=held, minlength=len(turns))
        return summed.astype(np.float64)


def load_terms(folder: Path) -> Terms:
    """Read the columns back."""
    with np.load(folder / "terms.npz", allow_pickle=False) as held:
        return Terms(**{name: held[name] for name in held.files})


def _ranges(first: NDArray[Any], last: NDArray[Any]) -> NDArray[np.intp]:
    sizes = last - first
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - (ends - sizes), sizes) + np.arange(total)


def _gather(starts: NDArray[np.int64], held: Columns, rows: NDArray[np.intp]) -> Columns:
    return held[_ranges(starts[rows], starts[rows + 1])]


def term_names(text: str) -> Iterator[tuple[str, str]]:
    """Yield (stems, surface) of the words, and of the pairs with at most two stop words between them."""
    for start, end in sentences(text):
        told = words(text[start:end])
        places = [i for i, word in enumerate(told) if _carries(word)]
        stemmed = stems([told[i] for i in places])
        for at, (place, stem) in enumerate(zip(places, stemmed, strict=True)):
            yield stem, told[place]
            if at + 1 < len(places) and places[at + 1] - place <= _GAP + 1 and stemmed[at + 1] != stem:
                yield f"{stem} {stemmed[at + 1]}", " ".join(told[place : places[at + 1] + 1])


def _carries(word: str) -> bool:
    return word not in STOP_WORDS and len(word) > 2 and not word[0].isdigit()


class _Gatherer:
    """Numbers terms as they come, with the surface that leads the vote."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.surfaces: list[list[Any]] = []

    def number(self, name: str, surface: str) -> int:
        found = self.ids.setdefault(name, len(self.ids))
        if found == len(self.surfaces):
            self.surfaces.append([surface, 1])
            return found
        vote = self.surfaces[found]
        vote[1] += 1 if vote[0] == surface else -1
        if vote[1] < 0:
            self.surfaces[found] = [surface, 1]
        return found


class Heard:
    """Which words are heard in each contact, whoever says them."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._held, self._starts = array("i"), array("q", [0])

    def add(self, texts: Iterable[str]) -> None:
        heard = {stem for text in texts for stem in content_stems(text) if len(stem) > 2 and not stem[0].isdigit()}
        self._held.extend(sorted(self._ids.setdefault(stem, len(self._ids)) for stem in sorted(heard)))
        self._starts.append(len(self._held))

    def matrix(self) -> Matrix:
        from scipy.sparse import csr_array

        terms, starts = np.array(self._held, dtype=np.int32), np.array(self._starts, dtype=np.int64)
        ones = np.ones(len(terms), dtype=np.float32)
        return csr_array((ones, terms, starts), shape=(len(starts) - 1, len(self._ids)))


def build_terms(stored: Iterable[Stored]) -> Terms:
    """Read what customers said, flagged turns left out; rare and near-universal terms are dropped."""
    gatherer, held, starts = _Gatherer(), array("i"), array("q", [0])
    heard = Heard()
    contact, number, df, contacts = array("i"), array("i"), Counter[int](), 0
    for position, item in enumerate(stored):
        in_contact: set[int] = set()
        for turn in item.contact.turns:
            if turn.speaker in ("agent", "bot") or turn.number in item.flagged:
                continue
            said = {gatherer.number(name, surface) for name, surface in term_names(turn.text)}
            in_contact |= said
            held.extend(sorted(said))
            starts.append(len(held))
            contact.append(position)
            number.append(turn.number)
        df.update(in_contact)
        heard.add(turn.text for turn in item.contact.turns if turn.number not in item.flagged)
        contacts = position + 1
    columns = (
        np.array(held, dtype=np.int32),
        np.array(starts, dtype=np.int64),
        np.array(contact, dtype=np.int32),
        np.array(number, dtype=np.int32),
    )
    matrix = heard.matrix()
    reasons = discover(matrix)
    confusion = judge(matrix, reasons.label, len(reasons.near))
    return _packed(gatherer, _worth(df, contacts), columns, reasons, confusion)


def _worth(df: Counter[int], contacts: int) -> NDArray[np.intp]:
    most = max(_MOST_SHARE * contacts, _LEAST_CONTACTS)
    return np.array(sorted(term for term, n in df.items() if _LEAST_CONTACTS <= n <= most), dtype=np.intp)


def _packed(
    gatherer: _Gatherer,
    kept: NDArray[np.intp],
    columns: tuple[NDArray[Any], ...],
    reasons: Reasons,
    confusion: Confusion,
) -> Terms:
    held, starts, contact, number = columns
    contacts = len(reasons.label)
    place = np.full(len(gatherer.ids) + 1, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    turn = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    term = place[held]
    turn, term = turn[term >= 0], term[term >= 0]
    pairs = np.unique(contact[turn].astype(np.int64) * max(len(kept), 1) + term)
    every = list(gatherer.ids)
    names = np.array([every[i] for i in kept], dtype=np.str_)
    contact_starts = _starts(pairs // max(len(kept), 1), contacts)
    contact_terms = (pairs % max(len(kept), 1)).astype(np.int32)
    said = _single_words(names, contact_starts, contact_terms)
    kin_starts, kin_terms = _company(said)
    telling = telling_words(said, reasons.label, len(reasons.near))
    return Terms(
        names=names,
        surfaces=np.array([gatherer.surfaces[i][0] for i in kept], dtype=np.str_),
        turn_starts=_starts(turn, len(contact)),
        turn_terms=term,
        contact=contact,
        number=number,
        contact_starts=contact_starts,
        contact_terms=contact_terms,
        kin_starts=kin_starts,
        kin_terms=kin_terms,
        reason=reasons.label,
        reason_probability=reasons.probability,
        reason_words=telling,
        reason_near=alike(reasons, telling),
        reason_confusion=confusion,
    )


def _single_words(names: NDArray[np.str_], starts: NDArray[np.int64], terms: Columns) -> Matrix:
    """Contacts by terms, pairs of words left empty."""
    from scipy.sparse import csr_array

    contacts = len(starts) - 1
    single = np.array([" " not in name for name in names], dtype=bool)
    rows = np.repeat(np.arange(contacts), np.diff(starts))[single[terms]]
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_array((ones, (rows, terms[single[terms]])), shape=(contacts, len(names)))


def _company(held: Matrix) -> tuple[NDArray[np.int64], Columns]:
    """Find pairs of single words said by the same contacts: lift ≥ 2, and 4 standard deviations above chance."""
    together = (held.T @ held).tocoo()
    df = np.asarray(held.sum(axis=0)).ravel()
    one, other = together.coords
    chance = df[one] * df[other] / max(held.shape[0], 1)
    kin = (together.data >= _LIFT * chance) & (together.data - chance >= _DEVIATIONS * np.sqrt(chance)) & (one != other)
    order = np.lexsort((other[kin], one[kin]))
    return _starts(one[kin][order], held.shape[1]), other[kin][order].astype(np.int32)


def _starts(rows: NDArray[Any], size: int) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))]).astype(np.int64)
