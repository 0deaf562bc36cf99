"""Building the index: aside, only what changed, then switched to."""

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from indexes.corpus import CORPUS, Corpus
from indexes.dense import Embedder
from indexes.derive import Before, Derived, derive
from indexes.forgotten import forgotten
from indexes.passages import load_passages
from indexes.redact import RULES, Redactor
from indexes.settings import RedactionSettings, TranscriptSettings
from indexes.shelves import ChromaShelf, Shelf
from indexes.types import IndexReport, Progress
from indexes.update import Changes, Known, Updater, start_corpus
from indexes.versions import (
    FORMAT,
    Manifest,
    Source,
    begin_version,
    current,
    drop_others,
    load_manifest,
    one_builder,
    switch,
    version_names,
)
from indexes.windows import TURNS, WORDS
from semantic_layer.errors import UserError


def build_index(
    root: Path,
    files: Sequence[Path],
    *,
    transcripts: TranscriptSettings,
    redaction: RedactionSettings,
    known_names: Collection[str] = (),
    moments: Mapping[str, datetime] | None = None,
    embedder: Embedder | None = None,
    shelf: Shelf | None = None,
    progress: Progress | None = None,
) -> IndexReport:
    """Index transcripts under `root`; contacts that did not change are not processed again.

    Contacts no longer in the files, or forgotten, are removed. An interrupted build goes on where it was.
    Passages are embedded, too, where an embedder is given; `moments` date the contacts whose record does not.
    Raises UserError: index_busy, file_not_found, bad_file.
    """
    sources = tuple(_source(file) for file in files)
    settings = _settings_hash(transcripts, redaction, known_names)
    shelf = shelf or ChromaShelf()
    with one_builder(root):
        held = version_names(root)
        before = _before(root, settings)
        redactor = Redactor(redaction, known_names)
        folder = begin_version(root, settings)
        with closing(start_corpus(folder, before.folder if before else None)) as corpus:
            known = Known(fields=transcripts.fields, moments=moments or {})
            updater = Updater(corpus, redactor, known, forgotten(root), _fingerprints(before))
            changes = updater.read(files, progress or _silent)
        if before and not changes and _made_alike(before.derived, embedder, shelf):
            manifest = _manifest(settings, sources, changes, before.derived)
            manifest.save(before.folder)
            shutil.rmtree(folder)
            return _report(manifest, changes)
        derived = derive(folder, before, changes, shelf, progress or _silent, embedder)
        manifest = _manifest(settings, sources, changes, derived)
        manifest.save(folder)
        switch(root, folder)
        shelf.drop(held - version_names(root))
    return replace(_report(manifest, changes), notes=derived.notes)


def drop_older(root: Path, shelf: Shelf) -> None:
    """Keep the version in use alone, on both sides."""
    held = version_names(root)
    drop_others(root)
    shelf.drop(held - version_names(root))


def _made_alike(derived: Derived, embedder: Embedder | None, shelf: Shelf) -> bool:
    return derived.embedder == (embedder.name if embedder else "") and derived.store == shelf.name


def _fingerprints(before: Before | None) -> dict[str, str]:
    """Give the fingerprints of the contacts in the version before."""
    if before is None:
        return {}
    with closing(Corpus.open(before.folder / CORPUS)) as corpus:
        return corpus.fingerprints()


def _silent(stage: str, done: int, total: int) -> None:
    """Ignore progress."""


def _source(file: Path) -> Source:
    if not file.is_file():
        raise UserError(
            f"no transcript file {file}", code="file_not_found", hint="check transcripts.files in because.yml"
        )
    return Source.of(file)


def _settings_hash(transcripts: TranscriptSettings, redaction: RedactionSettings, known_names: Collection[str]) -> str:
    """Sum up what decides the stored text; another value starts from nothing."""
    parts = [FORMAT, RULES, TURNS, WORDS, transcripts.fields.model_dump(), redaction.model_dump(), sorted(known_names)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _before(root: Path, settings: str) -> Before | None:
    """Find the version to start from; a broken or differently made one counts as none."""
    try:
        folder = current(root)
        manifest = load_manifest(folder)
        passages = load_passages(folder)
    except (UserError, OSError, ValueError, KeyError):
        return None
    if manifest.settings != settings:
        return None
    derived = Derived(
        passages=passages,
        fitted_on=manifest.fitted_on,
        lsa_weight=manifest.lsa_weight,
        dense_weight=manifest.dense_weight,
        embedder=manifest.embedder,
        store=manifest.store,
    )
    return Before(folder=folder, derived=derived)


def _manifest(settings: str, sources: tuple[Source, ...], changes: Changes, derived: Derived) -> Manifest:
    return Manifest(
        settings=settings,
        contacts=len(derived.passages.contact_ids),
        passages=len(derived.passages),
        fitted_on=derived.fitted_on,
        lsa_weight=derived.lsa_weight,
        dense_weight=derived.dense_weight,
        embedder=derived.embedder,
        store=derived.store,
        sources=sources,
        bad_lines=tuple(changes.bad_lines),
    )


def _report(manifest: Manifest, changes: Changes) -> IndexReport:
    return IndexReport(
        contacts=manifest.contacts,
        passages=manifest.passages,
        added=len(changes.added),
        updated=len(changes.updated),
        removed=len(changes.removed),
        redactions=changes.redactions,
        bad_lines=manifest.bad_lines,
    )
