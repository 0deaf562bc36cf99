"""all-MiniLM-L6-v2 from a folder, run by Chroma's own ONNX loader; nothing is ever downloaded."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexes.lsa import Vectors
from semantic_layer.errors import UserError

_FILES = ("model.onnx", "tokenizer.json")
_AT_ONCE = 32


class MiniLm:
    """The model of a folder that holds `model.onnx` and `tokenizer.json`; raise UserError (no_embedding_model)."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise UserError(
                f"embeddings.folder: {folder} has no {' and no '.join(missing)}",
                code="no_embedding_model",
                hint="put the ONNX files of all-MiniLM-L6-v2 there, or remove `embeddings` from because.yml",
            )
        self._folder = folder
        self.name = f"{folder.name} {_digest(folder / 'model.onnx')}"
        self._model = _loader(folder)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed texts, a few at a time."""
        parts = [self._model(list(texts[i : i + _AT_ONCE])) for i in range(0, len(texts), _AT_ONCE)]
        return np.asarray([row for part in parts for row in part], dtype=np.float32)

    def query(self, text: str) -> Vectors:
        """Embed one text; it stays on this machine."""
        return np.asarray(self.vectors([text])[0], dtype=np.float32)


def _digest(file: Path) -> str:
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()[:12]


def _loader(folder: Path):  # type: ignore[no-untyped-def]
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    class Local(ONNXMiniLM_L6_V2):  # type: ignore[misc]
        DOWNLOAD_PATH = folder.parent
        EXTRACTED_FOLDER_NAME = folder.name

        def _download_model_if_not_exists(self) -> None:
            """Take the files as they are: the loader would fetch them if its digest differed."""

    return Local(preferred_providers=["CPUExecutionProvider"])
