"""An endpoint that embeds is reached through the one layer of retries and deadlines, with redacted text alone."""

from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import EndpointEmbedder
from assistant.embedding_settings import EmbeddingEndpoint
from assistant.llm_failures import ModelFailure
from assistant.workspace import open_workspace
from evals.fake_llm import FakeLlm
from semantic_layer.errors import UserError


def embedder(fake: FakeLlm, **settings: object) -> EndpointEmbedder:
    held = EmbeddingEndpoint.model_validate({"base_url": fake.url, "model": "small", "batch": 2, **settings})
    return EndpointEmbedder(held, lambda text: text.replace("Zainab", "[NAME]"), pause=lambda _: None)


def test_vectors_come_in_the_order_asked_and_of_length_one() -> None:
    with FakeLlm(replies={}) as fake:
        held = embedder(fake).vectors(["a", "bb", "ccc"])
    assert held[:, 1] / held[:, 0] == pytest.approx([1.0, 2.0, 3.0])
    assert np.linalg.norm(held, axis=1) == pytest.approx([1.0, 1.0, 1.0])
    assert [len(request["input"]) for request in fake.requests] == [2, 1]


def test_what_somebody_types_leaves_redacted() -> None:
    with FakeLlm(replies={}) as fake:
        embedder(fake).query("what did Zainab say")
    assert fake.requests[0]["input"] == ["what did [NAME] say"]


@pytest.mark.parametrize(
    ("behaviour", "code"), [("unauthorised", "llm_unauthorised"), ("unavailable", "llm_unavailable")]
)
def test_an_endpoint_that_fails_is_told_apart(behaviour: str, code: str) -> None:
    with FakeLlm(replies={}, behaviour=behaviour) as fake, pytest.raises(ModelFailure) as failure:
        embedder(fake, retries=2).query("hello")
    assert failure.value.code == code
    assert len(fake.requests) == (1 if code == "llm_unauthorised" else 3)


def test_vectors_of_uneven_length_are_no_reply() -> None:
    with FakeLlm(replies={}, embed=lambda text: [1.0] * len(text)) as fake, pytest.raises(ModelFailure) as failure:
        embedder(fake, retries=0).vectors(["a", "bb"])
    assert failure.value.code == "llm_broken_reply"


def test_a_workspace_names_an_endpoint_or_a_folder_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "because.yml"
    file.write_text("name: x\n")
    assert open_workspace(tmp_path).config.embeddings is None
    file.write_text("name: x\nembeddings: {base_url: http://127.0.0.1:1/v1, model: small}\n")
    assert isinstance(open_workspace(tmp_path).config.embeddings, EmbeddingEndpoint)
    file.write_text("name: x\nembeddings:\n  folder: minilm\n  bogus: 1\n")
    with pytest.raises(UserError) as error:
        open_workspace(tmp_path)
    assert error.value.code == "bad_config"
