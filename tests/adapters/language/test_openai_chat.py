from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from stub_server import Received, Reply, StubServer, completion

from recaudit.adapters.language.model import Call, Message, ModelCallError
from recaudit.adapters.language.openai_chat import OpenAIChat, openai_model
from recaudit.adapters.words import MOST_KEPT
from recaudit.errors import InputError, SystemFailureError
from recaudit.records import Exchange

KEY = "sk-very-secret-123"
CALL = Call(
    messages=(Message(role="system", content="You recommend."), Message(role="user", content="Name films.")),
    max_tokens=50,
    seed=2**33 + 5,
)


@pytest.fixture
def connect(stub_server: StubServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., OpenAIChat]:
    monkeypatch.setenv("STUB_KEY", KEY)

    def make(**options: Any) -> OpenAIChat:
        settings = {"base_url": f"{stub_server.url}/v1", "key_variable": "STUB_KEY", "retries": 0, **options}
        return openai_model(model="stub-1", **settings)

    return make


def ask(model: OpenAIChat, *calls: Call) -> list[Exchange]:
    async def run() -> list[Exchange]:
        try:
            return [await model.ask(call) for call in calls or (CALL,)]
        finally:
            await model.close()

    return asyncio.run(run())


def test_an_exchange_holds_what_was_sent_and_what_came_back(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    model = connect(extra={"top_k": 5})
    [exchange] = ask(model)
    [received] = stub_server.received
    assert received.path == "/v1/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.body == {
        "model": "stub-1",
        "messages": [
            {"role": "system", "content": "You recommend."},
            {"role": "user", "content": "Name films."},
        ],
        "temperature": 0.0,
        "top_k": 5,
        "max_tokens": 50,
        "seed": 5,
    }
    assert json.loads(exchange.prompt) == received.body
    assert exchange.text == "1. Item 1\n2. Item 2"
    assert (exchange.tokens_in, exchange.tokens_out, exchange.model) == (11, 5, "stub-1")
    assert (exchange.fingerprint, exchange.finish, exchange.attempts) == ("fp-7", "stop", 1)
    assert exchange.seconds is not None
    assert 0 < exchange.seconds < 30
    assert exchange.asked_at.endswith("+00:00")
    assert KEY not in repr(exchange) + repr(model.settings)


def test_a_schema_is_sent_as_the_protocol_wants_it(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    ask(connect(), Call(messages=CALL.messages, max_tokens=5, schema=schema))
    sent = stub_server.received[0].body["response_format"]
    assert sent == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }


def top(*pairs: tuple[str, float]) -> dict[str, Any]:
    found = [{"token": token, "logprob": value, "bytes": None} for token, value in pairs]
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "Yes"},
        "finish_reason": "length",
        "logprobs": {"content": [{"token": "Yes", "logprob": -0.1, "bytes": None, "top_logprobs": found}]},
    }
    return completion("", choices=[choice])


def test_choices_get_the_probability_of_the_tokens_that_begin_them(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    stub_server.behave = lambda _: Reply(
        body=top(("Yes", -0.5), (" yes", -2.0), ("maybe", -3.0), (" ", -1.0))
    )
    [exchange] = ask(connect(), Call(messages=CALL.messages, max_tokens=9, choices=("Yes", "No")))
    sent = stub_server.received[0].body
    assert (sent["max_tokens"], sent["logprobs"], sent["top_logprobs"]) == (1, True, 20)
    assert dict(exchange.logprobs) == pytest.approx({"Yes": -0.2986, "No": -3.0}, abs=1e-4)


def test_an_endpoint_without_logprobs_says_so(connect: Callable[..., OpenAIChat]) -> None:
    with pytest.raises(ModelCallError, match="gave no log-probabilities; set logprobs = false"):
        ask(connect(), Call(messages=CALL.messages, max_tokens=1, choices=("A",)))


def error(status: int, message: str = "no", **headers: str) -> Reply:
    return Reply(status=status, body={"error": {"message": message}}, headers=headers)


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (error(401, f"bad key {KEY}"), SystemFailureError, r"answered 401: bad key \*\*\*; .* STUB_KEY$"),
        (
            error(403),
            SystemFailureError,
            "answered 403: no; check the key in the environment variable STUB_KEY",
        ),
        (error(400, "context is 512 tokens"), ModelCallError, "answered 400: context is 512 tokens$"),
        (error(429, "slow down"), ModelCallError, "answered 429: slow down"),
        (error(500, "<b>\x1b[31moops"), ModelCallError, r"answered 500: <b>\[31moops"),
        (Reply(body=b"<html>busy</html>"), ModelCallError, "no chat completion .* it begins '<html>busy"),
        (Reply(body={"choices": []}), ModelCallError, r"no chat completion \(IndexError\)"),
        (Reply(body=b'"text"'), ModelCallError, "no chat completion"),
    ],
)
def test_what_goes_wrong_is_one_sentence_without_the_key(
    connect: Callable[..., OpenAIChat],
    stub_server: StubServer,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    kind: type[Exception],
    message: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    stub_server.behave = lambda _: reply
    with pytest.raises(kind, match=message) as caught:
        ask(connect())
    assert KEY not in str(caught.value) + caplog.text
    assert "\n" not in str(caught.value)


def test_a_missing_key_is_named_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InputError, match="set the environment variable OPENAI_API_KEY"):
        openai_model(model="gpt")


def test_an_unknown_model_is_told_with_those_that_exist(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    listed = {"object": "list", "data": [{"id": "stub-2", "object": "model", "created": 0, "owned_by": "x"}]}
    stub_server.behave = lambda got: (
        Reply(body=listed) if got.path == "/v1/models" else error(404, "no model")
    )
    with pytest.raises(
        SystemFailureError, match=r"no model 'stub-1', did you mean 'stub-2'\?; it has stub-2"
    ):
        ask(connect())
    stub_server.behave = lambda _: error(404, "not here")
    with pytest.raises(SystemFailureError, match="check model and base_url"):
        ask(connect())


def scripted(*replies: Reply) -> Callable[[Received], Reply]:
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    "first",
    [error(429), error(429, **{"retry-after": "0.05"}), error(503), Reply(body=completion("x"), cut=True)],
)
def test_what_passes_by_itself_is_tried_again_and_counted(
    connect: Callable[..., OpenAIChat], stub_server: StubServer, first: Reply
) -> None:
    stub_server.behave = scripted(first, Reply(body=completion("later")))
    [exchange] = ask(connect(retries=2))
    assert (exchange.text, exchange.attempts, len(stub_server.received)) == ("later", 2, 2)


def test_a_broken_connection_is_a_failed_call_once_the_service_has_answered(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    stub_server.behave = scripted(Reply(body=completion("x")), Reply(body=completion("x" * 100), cut=True))
    with pytest.raises(ModelCallError, match="cannot be reached: "):
        ask(connect(), CALL, CALL)


def test_a_service_that_is_not_there_is_a_failed_system(connect: Callable[..., OpenAIChat]) -> None:
    with pytest.raises(SystemFailureError, match=r"cannot be reached: .*; check base_url"):
        ask(connect(base_url="http://127.0.0.1:9/v1"))


def test_an_answer_that_takes_too_long_is_a_timeout(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    stub_server.behave = lambda _: Reply(body=completion("x"), delay=2)
    with pytest.raises(ModelCallError, match=r"no answer within 0.1 s") as caught:
        ask(connect(timeout=0.1))
    assert caught.value.timeout


def test_an_answer_of_a_megabyte_is_cut_and_hostile_text_is_kept_as_it_is(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    hostile = "</script><img src=x onerror=alert(1)>\u202e\x00"
    stub_server.behave = scripted(Reply(body=completion("a" * 2**20)), Reply(body=completion(hostile)))
    long, odd = ask(connect(), CALL, CALL)
    assert (len(long.text), long.finish) == (MOST_KEPT, "cut")
    assert odd.text == hostile


@pytest.mark.parametrize("options", [{"timeout": 0}, {"concurrency": 0}, {"retries": -1}])
def test_numbers_out_of_range_are_refused(
    connect: Callable[..., OpenAIChat], options: dict[str, int]
) -> None:
    with pytest.raises(InputError, match=f"{next(iter(options))} is "):
        connect(**options)


def test_a_model_can_be_used_in_several_loops(
    connect: Callable[..., OpenAIChat], stub_server: StubServer
) -> None:
    model = connect()
    ask(model)
    ask(model)
    assert len(stub_server.received) == 2
