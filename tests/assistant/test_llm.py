"""A structured reply is got out of whatever a server does, or the failure is named within the deadline."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai  # noqa: F401 - its import takes longer than the deadlines here
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, SecretStr

from assistant.llm import Model, Prompt
from assistant.llm_failures import ModelFailure, retry_after
from assistant.llm_memory import Memory
from assistant.llm_replies import json_objects, read_reply, strict_schema
from assistant.llm_settings import CassetteSettings, LlmSettings, Price
from assistant.llm_wire import OpenAiWire, wire_to
from evals.fake_llm import BEHAVIOURS, FakeLlm

GOOD = {"metric": "churn_rate", "count": 3, "words": ["lost"]}


class Toy(BaseModel):
    model_config = ConfigDict(extra="forbid")

    metric: str
    count: int
    words: list[str] = []


PROMPT = Prompt(name="toy", system="You are a test.", user="How many did we lose?", schema=Toy)
RECOVERS = (
    "good", "no_tools", "tools_ignored", "format_refused", "format_ignored", "newer_parameters", "fenced", "thinking",
    "rate_limited_briefly", "rate_limited_bare", "error_then_good",
)  # fmt: skip
FAILS = {
    "cut": "llm_broken_reply", "wrong_type": "llm_invalid", "missing_field": "llm_invalid", "empty": "llm_unreadable",
    "unauthorised": "llm_unauthorised", "unknown_model": "llm_unknown_model", "rate_limited_long": "llm_rate_limited",
    "unavailable": "llm_unavailable", "slow_first_byte": "llm_late", "endless": "llm_late",
    "cut_connection": "llm_unavailable", "broken_json": "llm_broken_reply", "no_choices": "llm_unreadable",
    "context_overflow": "llm_context_overflow",
}  # fmt: skip


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeLlm]:
    with FakeLlm(replies={"toy": lambda _: dict(GOOD)}) as server:
        yield server


@pytest.fixture
def server(fake: FakeLlm) -> FakeLlm:
    fake.requests.clear()
    return fake


def model_at(fake: FakeLlm, memory: Memory | None = None, **settings: Any) -> Model:
    chosen = LlmSettings(base_url=fake.url, model="fake", **{"deadline_seconds": 10, **settings})
    return Model(chosen, OpenAiWire(chosen), memory=memory, pause=lambda _: None)


def failure(model: Model, prompt: Prompt[Any] = PROMPT) -> ModelFailure:
    with pytest.raises(ModelFailure) as caught:
        model.structured(model.session(), prompt)
    return caught.value


@pytest.mark.parametrize("behaviour", RECOVERS)
def test_a_good_reply_is_got_from_a_server_with_a_weakness(server: FakeLlm, behaviour: str) -> None:
    server.behaviour = behaviour
    model = model_at(server)
    assert model.structured(model.session(), PROMPT) == Toy(**GOOD)  # type: ignore[arg-type]


@pytest.mark.parametrize("behaviour", FAILS)
def test_a_server_that_does_not_deliver_is_named_and_never_waited_for(server: FakeLlm, behaviour: str) -> None:
    server.behaviour = behaviour
    model = model_at(server, deadline_seconds=0.6 if FAILS[behaviour] == "llm_late" else 10)
    error = failure(model)
    assert (error.code, error.exit_code) == (FAILS[behaviour], 3)
    assert len(server.requests) <= 8


def test_every_behaviour_of_the_fake_is_under_test() -> None:
    hostile = {"invented_numbers", "invented_quotes", "wrong_metric", "sql", "prompt_leak", "injected"}
    assert set(BEHAVIOURS) == {*RECOVERS, *FAILS, *hostile}


def test_tools_and_a_response_format_are_never_sent_together(server: FakeLlm) -> None:
    server.behaviour = "no_tools"
    model = model_at(server)
    model.structured(model.session(), PROMPT)
    kinds = [("tools" in r, r.get("response_format", {}).get("type")) for r in server.requests]
    assert kinds == [(False, "json_schema"), (True, None), (False, "json_object"), (False, None)]


def test_the_schema_is_in_the_prompt_on_every_rung(server: FakeLlm) -> None:
    server.behaviour = "no_tools"
    model = model_at(server)
    model.structured(model.session(), PROMPT)
    assert all('"count"' in r["messages"][0]["content"] for r in server.requests)


def test_a_refused_rung_is_remembered_for_the_endpoint_and_model(server: FakeLlm, tmp_path: Path) -> None:
    server.behaviour = "no_tools"
    file = tmp_path / "models.json"
    for expected in (4, 1):
        server.requests.clear()
        model = model_at(server, Memory(file, "here fake"))
        model.structured(model.session(), PROMPT)
        assert len(server.requests) == expected
    assert Memory(file, "elsewhere fake").rung == "json_schema"


def test_a_reply_without_json_does_not_lower_the_rung_for_good(server: FakeLlm) -> None:
    server.behaviour = "format_ignored"
    memory = Memory()
    model = model_at(server, memory)
    model.structured(model.session(), PROMPT)
    assert memory.rung == "json_schema"


def test_a_wrong_reply_is_repaired_once_with_the_error(server: FakeLlm) -> None:
    server.behaviour = "wrong_type"
    failure(model_at(server))
    assert len(server.requests) == 2
    assert "metric: Input should be a valid string" in server.requests[1]["messages"][-1]["content"]


def test_what_the_shape_cannot_say_is_checked_and_repaired(server: FakeLlm) -> None:
    server.behaviour = "good"
    prompt = Prompt(name="toy", system="", user="", schema=Toy, check=lambda toy: f"no metric '{toy.metric}'")
    assert "no metric 'churn_rate'" in failure(model_at(server), prompt).detail


def test_retries_live_in_one_layer(server: FakeLlm) -> None:
    server.behaviour = "unavailable"
    failure(model_at(server, retries=2))
    assert len(server.requests) == 3


def test_a_wait_longer_than_the_deadline_is_not_begun(server: FakeLlm) -> None:
    server.behaviour = "rate_limited_long"
    failure(model_at(server))
    assert len(server.requests) == 1


def test_the_token_budget_holds_before_anything_is_sent(server: FakeLlm) -> None:
    assert failure(model_at(server, token_budget=500)).code == "llm_budget"
    assert not server.requests


def test_use_is_counted_and_priced_over_the_stages_of_a_question(server: FakeLlm) -> None:
    server.behaviour = "good"
    model = model_at(server, price_per_million=Price(input=1000, output=2000))
    first = model.session()
    model.structured(first, PROMPT)
    used = model.use_of(first)
    second = model.session(used)
    model.structured(second, PROMPT)
    total = model.use_of(second, used)
    assert (total.calls, total.tokens) == (2, 300)
    assert total.cost == pytest.approx(0.4)
    assert second.tokens_left == 40_000 - 300


def test_a_stage_gets_only_the_time_that_is_left(server: FakeLlm) -> None:
    now = [0.0]
    chosen = LlmSettings(base_url=server.url, model="fake", deadline_seconds=10)
    model = Model(chosen, OpenAiWire(chosen), clock=lambda: now[0])
    first = model.session()
    now[0] = 11.0
    assert failure_of_session(model, model.session(model.use_of(first))) == "llm_late"
    assert not server.requests


def failure_of_session(model: Model, session: Any) -> str:
    with pytest.raises(ModelFailure) as caught:
        model.structured(session, PROMPT)
    return caught.value.code


def test_an_unset_key_is_named_and_nothing_is_sent(server: FakeLlm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    error = failure(model_at(server, api_key_env="NO_SUCH_KEY"))
    assert error.code == "llm_no_key"
    assert "NO_SUCH_KEY" in error.message
    assert not server.requests


def test_a_key_is_never_shown() -> None:
    settings = LlmSettings(base_url="http://user:pass@host/v1", model="m", api_key=SecretStr("sk-secret"))
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump_json()} {settings.place}"
    assert settings.place == "m at host"


def test_a_recorded_exchange_replays_without_a_server(server: FakeLlm, tmp_path: Path) -> None:
    server.behaviour = "good"
    recording = LlmSettings(base_url=server.url, model="fake", cassettes=CassetteSettings(folder="kept", mode="record"))
    model = Model(recording, wire_to(recording, tmp_path))
    model.structured(model.session(), PROMPT)
    replaying = recording.model_copy(
        update={"base_url": "http://127.0.0.1:9", "cassettes": CassetteSettings(folder="kept", mode="replay")}
    )
    again = Model(replaying, wire_to(replaying, tmp_path))
    assert again.structured(again.session(), PROMPT) == Toy(**GOOD)  # type: ignore[arg-type]
    other = Prompt(name="toy", system="", user="another", schema=Toy)
    assert failure(again, other).code == "llm_no_cassette"


def test_a_retry_date_is_read_as_seconds() -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert retry_after({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT"}, now) == 30
    assert retry_after({"retry-after": "soon"}, now) is None


def test_the_strict_schema_requires_every_key() -> None:
    schema = strict_schema(Toy)
    assert schema["required"] == ["metric", "count", "words"]
    assert "default" not in str(schema)
    assert schema["additionalProperties"] is False


ODD: tuple[Any, ...] = (None, 3, "x", [], {}, [None], ["x"], [{}], {"x": 1})


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_any_json_body_reads_as_a_reply(odd: Any) -> None:
    bodies: list[dict[str, Any]] = [
        {"choices": odd},
        {"choices": [odd], "usage": odd},
        {"choices": [{"message": odd}], "usage": {"prompt_tokens": odd}},
        {"choices": [{"message": {"content": odd}}]},
        {"choices": [{"message": {"tool_calls": odd}}]},
        {"choices": [{"message": {"tool_calls": [{"function": odd}]}}]},
        {"choices": [{"message": {"tool_calls": [{"function": {"arguments": odd}}]}}]},
    ]
    assert all(isinstance(read_reply(body).text, str) for body in bodies)


WORD = st.text("abc{}\"' \n", max_size=4)
VALUES = WORD | st.integers() | st.lists(WORD, max_size=2)
FRAMES = st.sampled_from(["{}", "```json\n{}\n```", "<think>{{</think>{}", "So: {} ."])


@settings(deadline=None)
@given(st.dictionaries(WORD, VALUES, max_size=3), FRAMES)
def test_an_object_is_found_in_whatever_surrounds_it(value: dict[str, Any], frame: str) -> None:
    import json

    frame_of: Callable[[str], str] = lambda text: frame.replace("{}", text)  # noqa: E731
    assert next(json_objects(frame_of(json.dumps(value)))) == value
