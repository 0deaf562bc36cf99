"""The assistant as a llama-index query engine, so that other agents can use it as a tool."""

from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.pipeline import Assistant
from assistant.types import Answer, Outcome
from assistant.wire import to_dict


class AskQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Answers a query with the headline; quotes are source nodes, the whole outcome is metadata."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._assistant = assistant

    def _query(self, query_bundle: QueryBundle) -> Response:
        outcome = self._assistant.ask(query_bundle.query_str)
        return Response(response=_said(outcome), source_nodes=_nodes(outcome), metadata=to_dict(outcome))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _said(outcome: Outcome) -> str:
    if isinstance(outcome, Answer):
        return " ".join(claim.text for claim in outcome.claims)
    return outcome.why if outcome.kind == "clarification" else outcome.message


def _nodes(outcome: Outcome) -> list[NodeWithScore]:
    if not isinstance(outcome, Answer):
        return []
    return [
        NodeWithScore(node=TextNode(id_=item.citation, text=item.quote), score=item.score) for item in outcome.evidence
    ]
