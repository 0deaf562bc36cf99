"""Runs inside the interpreter that has ragas: rows in on stdin, one line of JSON a score out; imports nothing of ours.

In: `{"judge": {base_url, model, key, embedding}|null, "rows": [{id, question, response, quoted, contexts, ids, due_ids,
call, due_call, reference}]}`; a metric is left out where a row lacks what it needs. Out: `{id, metric, value, error}`.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

Job = tuple[str, Callable[[], Awaitable[Any]]]


def offline_jobs(row: dict[str, Any]) -> Iterator[Job]:
    """Yield the metrics that need no model."""
    from ragas.dataset_schema import SingleTurnSample
    from ragas.messages import AIMessage, ToolCall
    from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall
    from ragas.metrics.collections import QuotedSpansAlignment, ToolCallAccuracy

    if row["contexts"]:
        told = {"response": row["quoted"], "retrieved_contexts": row["contexts"]}
        yield "quoted_spans_alignment", lambda: QuotedSpansAlignment().ascore(**told)
    if row["due_call"] is not None:
        said = AIMessage(content=row["response"], tool_calls=[ToolCall(**row["call"])])
        due = [ToolCall(**row["due_call"])]
        yield "tool_call_accuracy", lambda: ToolCallAccuracy().ascore(user_input=[said], reference_tool_calls=due)
    if row["ids"] and row["due_ids"]:
        sample = SingleTurnSample(retrieved_context_ids=row["ids"], reference_context_ids=row["due_ids"])
        yield "id_based_context_precision", lambda: IDBasedContextPrecision().single_turn_ascore(sample)
        yield "id_based_context_recall", lambda: IDBasedContextRecall().single_turn_ascore(sample)


def judged_jobs(row: dict[str, Any], judge: dict[str, Any]) -> Iterator[Job]:
    """Yield the metrics that a model judges."""
    from openai import AsyncOpenAI
    from ragas.embeddings.base import embedding_factory
    from ragas.llms import llm_factory
    from ragas.metrics.collections import (
        AnswerRelevancy,
        ContextPrecisionWithReference,
        ContextRecall,
        FactualCorrectness,
        Faithfulness,
    )

    client = AsyncOpenAI(base_url=judge["base_url"], api_key=judge["key"], max_retries=2)
    llm = llm_factory(judge["model"], client=client)
    asked = {"user_input": row["question"]}
    seen = {**asked, "retrieved_contexts": row["contexts"]}
    if row["contexts"]:
        yield "faithfulness", lambda: Faithfulness(llm=llm).ascore(response=row["response"], **seen)
    if row["reference"]:
        due = {"reference": row["reference"]}
        yield "factual_correctness", lambda: FactualCorrectness(llm=llm).ascore(response=row["response"], **due)
        if row["contexts"]:
            yield "context_precision", lambda: ContextPrecisionWithReference(llm=llm).ascore(**seen, **due)
            yield "context_recall", lambda: ContextRecall(llm=llm).ascore(**seen, **due)
    if judge["embedding"]:
        near = embedding_factory("openai", model=judge["embedding"], client=client)
        yield (
            "answer_relevancy",
            lambda: AnswerRelevancy(llm=llm, embeddings=near).ascore(response=row["response"], **asked),
        )


async def score(job: Callable[[], Awaitable[Any]]) -> tuple[float | None, str]:
    """Return a metric's value, or why there is none."""
    try:
        found = await job()
        value = float(getattr(found, "value", found))
        return (value, "") if value == value else (None, "no number came out")
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"


def main() -> None:
    """Score every row; each line is written as soon as it is known, so that a crash loses no other row."""
    asked = json.load(sys.stdin)
    for row in asked["rows"]:
        jobs = [*offline_jobs(row), *(judged_jobs(row, asked["judge"]) if asked["judge"] else ())]
        for name, job in jobs:
            value, error = asyncio.run(score(job))
            print(json.dumps({"id": row["id"], "metric": name, "value": value, "error": error}), flush=True)


if __name__ == "__main__":
    main()
