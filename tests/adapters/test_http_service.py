from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from stub_server import Received, Reply, StubServer

from recaudit.adapters import build
from recaudit.datasets import AuditData
from recaudit.errors import InputError, SystemFailureError, UnknownNameError
from recaudit.records import Answer, Request

REQUEST = Request(
    unit="u00",
    arm="gender=F",
    user="u00",
    history=(4, 2),
    k=3,
    profile=(("gender", "F"),),
    replicate=1,
)
Service = Callable[..., list[Answer]]


@pytest.fixture
def ask(stub_server: StubServer, tiny_data: AuditData) -> Service:
    def run(*requests: Request, **options: Any) -> list[Answer]:
        settings = {"url": f"{stub_server.url}/recommend", "items": "recs[].id", "retries": 0, **options}
        return list(build("http", tiny_data, settings).recommend(requests or (REQUEST,)))

    return run


def recs(*items: Any) -> dict[str, Any]:
    return {"recs": [{"id": item, "score": 1 - place / 10} for place, item in enumerate(items)]}


def test_the_body_is_filled_and_the_list_is_read(ask: Service, stub_server: StubServer) -> None:
    stub_server.behave = lambda _: Reply(body=recs(7, "8", 9, 10))
    [answer] = ask(
        body={
            "who": "{user}",
            "n": "{k}",
            "seen": "{history}",
            "about": {"me": "{profile}"},
            "ask": "top {k}",
        },
        scores="recs[].score",
    )
    [received] = stub_server.received
    assert received.body == {
        "who": "u00",
        "n": 3,
        "seen": [4, 2],
        "about": {"me": {"gender": "F"}},
        "ask": "top 3",
    }
    # Ids are matched by their text, so 8 and "8" are the catalogue's 8; what goes beyond k stays recorded.
    assert answer.items == (7, 8, 9)
    assert answer.scores == (1.0, 0.9, 0.8)
    assert [slot.item for slot in answer.slots] == [7, 8, 9, 10]
    [exchange] = answer.exchanges
    assert (exchange.finish, exchange.attempts) == ("200", 1)
    assert exchange.text == (
        '{"recs": [{"id": 7, "score": 1.0}, {"id": "8", "score": 0.9}, '
        '{"id": 9, "score": 0.8}, {"id": 10, "score": 0.7}]}'
    )


def test_unknown_repeated_and_unwanted_items_are_kept_as_what_they_are(
    ask: Service, stub_server: StubServer
) -> None:
    stub_server.behave = lambda _: Reply(body=recs(7, 7, "nobody", 5, 8))
    request = Request(unit=1, arm="x", user="u01", history=(), k=3, candidates=(7, 8), needs="candidates")
    [answer] = ask(request, body={"c": "{candidates}"}, offers=["candidates"])
    assert answer.items == (7, 8)
    assert [slot.how for slot in answer.slots] == ["exact", "repeated", "off-catalogue", "not asked", "exact"]


def test_secrets_come_from_the_environment_and_go_nowhere_else(
    ask: Service, stub_server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    stub_server.behave = lambda got: Reply(status=401, body={"said": got.headers["authorization"]})
    with pytest.raises(
        SystemFailureError, match=r"Bearer \*\*\*.*environment variables of headers"
    ) as caught:
        ask(headers={"authorization": "Bearer ${SHOP_TOKEN}"})
    assert "s3cret" not in str(caught.value)
    monkeypatch.delenv("SHOP_TOKEN")
    with pytest.raises(InputError, match="environment variable SHOP_TOKEN, which is not set"):
        ask(headers={"authorization": "Bearer ${SHOP_TOKEN}"})


@pytest.mark.parametrize(
    ("reply", "problem", "detail"),
    [
        (Reply(status=400, body={"why": "k too large"}), "error", 'answered 400: {"why": "k too large"}'),
        (Reply(status=500, body=b""), "error", "answered 500: nothing more"),
        (Reply(status=429, body=b"slow"), "error", "answered 429: slow"),
        (Reply(body=b"<html>"), "unparsed", "holds no list at 'recs[].id'"),
        (Reply(body={"other": []}), "unparsed", "there is no 'recs'"),
        (Reply(body={"recs": 3}), "unparsed", "recs[] is no list"),
        (Reply(body=recs(1), delay=1.0), "timeout", "no answer within 0.2 s"),
    ],
)
def test_a_call_that_fails_is_an_answer_with_its_reason(
    ask: Service, stub_server: StubServer, reply: Reply, problem: str, detail: str
) -> None:
    stub_server.behave = lambda _: reply
    [answer] = ask(timeout=0.2)
    assert answer.problem == problem
    assert detail in answer.detail


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "http://127.0.0.1:9/"}, "cannot be reached: .*; check url and that the service is running"),
        ({"url": "STUB/elsewhere"}, "answered 404: .*; check url and method"),
    ],
)
def test_a_service_that_is_not_there_is_a_failed_system(
    ask: Service, stub_server: StubServer, options: dict[str, str], message: str
) -> None:
    stub_server.behave = lambda _: Reply(status=404)
    with pytest.raises(SystemFailureError, match=message):
        ask(**{key: value.replace("STUB", stub_server.url) for key, value in options.items()})


def scripted(*replies: Reply) -> Callable[[Received], Reply]:
    left = list(replies)
    return lambda _: left.pop(0)


@pytest.mark.parametrize(
    "first",
    [
        Reply(status=503),
        Reply(status=429, headers={"retry-after": "0.05"}),
        Reply(body=recs(1), delay=3.0),
        Reply(body=recs(1, 2, 3), cut=True),
    ],
)
def test_what_passes_by_itself_is_tried_again_and_counted(
    ask: Service, stub_server: StubServer, first: Reply
) -> None:
    stub_server.behave = scripted(first, Reply(body=recs(1)))
    [answer] = ask(timeout=1.5, retries=1)
    assert answer.items == (1,)
    assert answer.exchanges[0].attempts == 2


def test_titles_are_matched_to_the_catalogue(ask: Service, stub_server: StubServer) -> None:
    stub_server.behave = lambda _: Reply(body={"films": ["Item 7", "Nothing of the sort", "item 9"]})
    [answer] = ask(items="films", titles=True)
    assert answer.items == (7, 9)
    assert [slot.how for slot in answer.slots] == ["exact", "off-catalogue", "normalised"]


def test_candidates_decide_between_items_of_one_title(tiny_data: AuditData, stub_server: StubServer) -> None:
    stub_server.behave = lambda _: Reply(body={"films": ["Twins"]})
    data = replace(tiny_data, items=tiny_data.items.assign(title=["Twins"] * len(tiny_data.items)))
    settings = {"url": f"{stub_server.url}/rank", "items": "films", "titles": True, "offers": ["candidates"]}
    settings["body"] = {"films": "{candidates}"}
    system = build("http", data, settings)
    ranked = replace(REQUEST, profile=(), candidates=(7,), needs="candidates")
    [answer] = system.recommend([ranked])
    assert answer.items == (7,)
    [either] = system.recommend([replace(ranked, candidates=(7, 8))])
    assert [slot.how for slot in either.slots] == ["ambiguous"]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        (
            {"body": {"u": "{usr}"}},
            UnknownNameError,
            r"unknown placeholder of body: 'usr', did you mean 'user'",
        ),
        ({"offers": ["list"]}, UnknownNameError, "unknown capability 'list', did you mean 'lists'"),
        ({"offers": ["profiles"]}, InputError, r'offers names "profiles", but body has no "{profile}"'),
    ],
)
def test_a_template_that_cannot_work_is_refused(
    ask: Service, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        ask(**options)
