"""llama-index parts: turn-window nodes, and Chroma as the store of vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, Document, TextNode
from llama_index.core.vector_stores.types import VectorStoreQueryResult
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from indexes.corpus import Stored
from indexes.lsa import Vectors
from indexes.types import Turn
from indexes.windows import citation, windows

_COLLECTION = "passages"
_BATCH = 5_000
# Twice as fast to build as the default graph, at 0.96 of the exact first hundred on 12,000 passages (default: 0.98).
_GRAPH = {"space": "cosine", "ef_construction": 40, "max_neighbors": 12, "ef_search": 100}


class TurnWindowParser(NodeParser):  # type: ignore[misc]
    """Cuts documents that carry `turns` into windows of whole turns; a node's id is its citation."""

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **_: Any) -> list[BaseNode]:
        del show_progress
        return [part for node in nodes for part in _window_nodes(node)]

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: Any) -> list[BaseNode]:
        del parent_doc_map
        return nodes


def document(stored: Stored) -> Document:
    """Wrap a redacted contact; its turns travel as metadata."""
    contact = stored.contact
    turns = [(turn.number, turn.speaker, turn.text) for turn in contact.turns]
    month = contact.occurred_at.strftime("%Y-%m") if contact.occurred_at else ""
    return Document(id_=contact.contact_id, text="", metadata={"turns": turns, "month": month})


def _window_nodes(node: BaseNode) -> list[BaseNode]:
    turns = [Turn(number=n, speaker=speaker, text=text) for n, speaker, text in node.metadata["turns"]]
    return [
        TextNode(
            id_=citation(node.node_id, turns[w.first].number, turns[w.last].number),
            text="\n".join(turn.text for turn in turns[w.first : w.last + 1]),
            metadata={"month": node.metadata["month"]},
            excluded_embed_metadata_keys=["month"],
        )
        for w in windows(turns)
    ]


class PassageStore(ChromaVectorStore):  # type: ignore[misc]
    """Chroma with ids, vectors and the month alone: text stays in the corpus, so that one place is erased."""

    _owner: Any = PrivateAttr(default=None)

    def close(self) -> None:
        """Let go of the files."""
        self._owner.close()

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Store nodes that carry their vectors."""
        self.put(nodes, np.array([node.get_embedding() for node in nodes], dtype=np.float32))
        return [node.node_id for node in nodes]

    def put(self, nodes: Sequence[BaseNode], vectors: Vectors) -> None:
        """Store nodes and a vector each, replacing what exists; batches keep below Chroma's limit of 5,461."""
        for start in range(0, len(nodes), _BATCH):
            part = nodes[start : start + _BATCH]
            months = [{"month": node.metadata["month"]} for node in part]
            self._collection.upsert(
                ids=[node.node_id for node in part],
                embeddings=vectors[start : start + _BATCH],
                metadatas=months if any(month["month"] for month in months) else None,
            )

    def _query(self, query_embeddings: Any, n_results: int, where: Any, **kwargs: Any) -> VectorStoreQueryResult:
        found = self._collection.query(
            query_embeddings=[query_embeddings],
            n_results=n_results,
            where=where or None,
            include=["distances"],
            **kwargs,
        )
        return VectorStoreQueryResult(ids=found["ids"][0], similarities=[1 - d for d in found["distances"][0]])


def open_store(folder: Path) -> PassageStore:
    """Open or create the collection in a folder; telemetry off, no embedding function."""
    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    collection = client.get_or_create_collection(_COLLECTION, embedding_function=None, configuration={"hnsw": _GRAPH})
    store = PassageStore(chroma_collection=collection)
    store._owner = client
    return store
