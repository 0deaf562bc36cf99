"""Conversations kept as plain text: "Agent: …" lines, WebVTT and SubRip subtitles."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from indexes.speakers import KNOWN_SPEAKERS

SUFFIXES = (".vtt", ".srt", ".txt")
_CLOCK = r"[\[(<]?(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?[\])>]?"
_CUE_TIME = re.compile(rf"{_CLOCK}\s*-->\s*{_CLOCK}.*")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+(?P<speaker>[^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
_SAID = re.compile(
    rf"\s*(?:{_CLOCK}\s*[-–|]?\s*)?(?P<speaker>[^\W\d_][\w .'’/()-]{{0,39}}?)\s*(?:{_CLOCK})?\s*:(?:\s+|$)(?P<text>.*)"
)
_RULE = re.compile(r"\s*([-=*_#~])\1{2,}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    speaker: str | None
    text: str


def dialogues(file: Path) -> Iterator[tuple[dict[str, Any] | None, str]]:
    """Yield (record, "") for each conversation of a file, or (None, reason); a line of dashes begins another."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        yield None, "not UTF-8 text"
        return
    parts = [text] if file.suffix.lower() != ".txt" else _parts(text)
    read = [pieces for part in parts if (pieces := _pieces(part, file.suffix.lower()))]
    if not read:
        yield None, "no line of a conversation"
    for number, pieces in enumerate(read, start=1):
        name = file.stem if len(read) == 1 else f"{file.stem}-{number}"
        yield {"contact_id": name, "turns": _turns(pieces)}, ""


def holds_dialogue(file: Path) -> bool:
    """Say whether a file is a conversation: subtitles always, other text where two take turns."""
    if file.suffix.lower() != ".txt":
        return True
    found = next(dialogues(file), (None, ""))[0]
    return found is not None and len({turn["speaker"] for turn in found["turns"]}) > 1


def _parts(text: str) -> list[str]:
    """Cut at lines of dashes, unless what they cut off holds no speaker."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if _RULE.fullmatch(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return ["\n".join(lines) for lines in parts if any(map(str.strip, lines))]


def _pieces(text: str, suffix: str) -> list[_Piece]:
    if suffix == ".txt":
        return _lines(text.splitlines())
    blocks = re.split(r"\r?\n\s*\r?\n", text.strip())
    cues = [cue for block in blocks if (cue := _cue(block.splitlines()))]
    labels = _labels([line for cue in cues for line in cue])
    return [_voiced(cue, labels) for cue in cues]


def _cue(lines: list[str]) -> list[str]:
    """Give what a subtitle says: the lines after its time."""
    at = next((i for i, line in enumerate(lines) if _CUE_TIME.fullmatch(line.strip())), None)
    return [line.strip() for line in lines[at + 1 :] if line.strip()] if at is not None else []


def _voiced(lines: list[str], labels: frozenset[str]) -> _Piece:
    joined = " ".join(lines)
    voice = _VOICE.search(joined)
    plain = _TAG.sub("", _VOICE.sub("", joined)).strip()
    said = _SAID.fullmatch(plain)
    if voice or not said or _label(said) not in labels:
        return _Piece(speaker=voice["speaker"].strip() if voice else None, text=plain)
    return _Piece(speaker=said["speaker"].strip(), text=said["text"].strip())


def _lines(lines: list[str]) -> list[_Piece]:
    """Read "Speaker: text" lines; a line without a speaker goes on with the turn before."""
    labels = _labels(lines)
    pieces: list[_Piece] = []
    for line in lines:
        said = _SAID.fullmatch(line)
        if said and _label(said) in labels:
            pieces.append(_Piece(speaker=said["speaker"].strip(), text=said["text"].strip()))
        elif pieces and line.strip():
            pieces.append(_Piece(speaker=pieces[-1].speaker, text=line.strip()))
    return pieces


def _labels(lines: list[str]) -> frozenset[str]:
    """Name the speakers: known words, and whatever else stands before a colon more than once."""
    counted: dict[str, int] = {}
    for line in lines:
        if said := _SAID.fullmatch(_TAG.sub("", line)):
            counted[_label(said)] = counted.get(_label(said), 0) + 1
    return frozenset(label for label, count in counted.items() if count > 1 or label in KNOWN_SPEAKERS)


def _label(said: re.Match[str]) -> str:
    return said["speaker"].strip().lower()


def _turns(pieces: list[_Piece]) -> list[dict[str, Any]]:
    """Join what one speaker says in a row."""
    turns: list[dict[str, Any]] = []
    for speaker, said in groupby(pieces, key=lambda piece: piece.speaker):
        text = " ".join(piece.text for piece in said if piece.text)
        turns.append({"turn": len(turns) + 1, "speaker": speaker, "text": text})
    return turns
