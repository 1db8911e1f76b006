"""A recommender behind an HTTP service that speaks JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from recaudit.adapters.capabilities import capabilities_of
from recaudit.adapters.json_template import check_template, filled, list_at, values_of
from recaudit.adapters.language.reading import settle
from recaudit.adapters.pacing import Pace
from recaudit.adapters.streaming import answer_concurrently
from recaudit.adapters.words import MOST_KEPT, plain_words
from recaudit.datasets import AuditData
from recaudit.errors import InputError, RecauditError, SystemFailureError
from recaudit.records import (
    Answer,
    AnswerProblem,
    Capability,
    Exchange,
    ItemId,
    Recommender,
    Request,
    Slot,
    SystemCard,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    import httpx2

    from recaudit.adapters.language.titles import TitleIndex
    from recaudit.records import ItemId

_VARIABLE = re.compile(r"\$\{(\w+)\}")


class _CallError(RecauditError):
    """One call failed.

    Args:
        message: What came.
        problem: Of the answer.
        passing: Whether it may pass by itself.
        wait: What the service asks to wait before another try, in seconds.
        unreached: Whether the service was not reached at all.
    """

    def __init__(
        self,
        message: str,
        *,
        problem: AnswerProblem = "error",
        passing: bool = False,
        wait: float | None = None,
        unreached: bool = False,
    ) -> None:
        self.problem, self.passing, self.wait, self.unreached = problem, passing, wait, unreached
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpService:
    """Asks a service, several requests at a time.

    Attributes:
        card: What the system is.
        offers: Its capabilities.
        url: Where it is.
        method: "POST" or another one.
        headers: Sent with every request; secrets are in them, so they are never stored.
        secrets: Texts that are blotted out of messages.
        body: JSON value with placeholders.
        items: Path of the ids or titles in the response.
        scores: Path of the scores, or None.
        titles: Matches titles, or None where the response has ids.
        catalogue: Item ids by their text.
        timeout: Seconds for one try.
        retries: Tries beyond the first.
        concurrency: Requests under way at once.
        pace: Keeps to the service's limits.
    """

    card: SystemCard
    offers: frozenset[Capability]
    url: str
    method: str
    headers: Mapping[str, str]
    secrets: Sequence[str]
    body: Any
    items: str
    scores: str | None
    titles: TitleIndex | None
    catalogue: Mapping[str, ItemId]
    timeout: float
    retries: int
    concurrency: int
    pace: Pace

    def recommend(self, requests: Sequence[Request]) -> Generator[Answer]:
        """Answer each request with one call, as soon as the service has."""
        import httpx2

        client: httpx2.AsyncClient | None = None
        answered = False

        async def answer(request: Request) -> Answer:
            nonlocal client, answered
            if client is None:
                limits = httpx2.Limits(
                    max_connections=self.concurrency, max_keepalive_connections=self.concurrency
                )
                client = httpx2.AsyncClient(headers=dict(self.headers), timeout=self.timeout, limits=limits)
            try:
                exchange = await self._called(client, request)
            except _CallError as error:
                if error.unreached and not answered:
                    raise SystemFailureError(f"{error}; check url and that the service is running") from None
                return Answer(request=request.id, items=(), problem=error.problem, detail=str(error))
            answered = True
            return self._answer(request, exchange)

        async def close() -> None:
            if client is not None:
                await client.aclose()

        return answer_concurrently(requests, answer, concurrency=self.concurrency, close=close)

    async def _called(self, client: httpx2.AsyncClient, request: Request) -> Exchange:
        import stamina

        tries = 0

        def may_pass(error: Exception) -> bool | float:
            if not isinstance(error, _CallError) or not error.passing:
                return False
            return True if error.wait is None else error.wait

        async for attempt in stamina.retry_context(
            on=may_pass, attempts=self.retries + 1, timeout=None, wait_initial=0.25, wait_max=30.0
        ):
            with attempt:
                tries += 1
                await self.pace.turn(0)
                return await self._tried(client, request, tries)
        raise AssertionError("stamina ends by a return or by raising")

    async def _tried(self, client: httpx2.AsyncClient, request: Request, tries: int) -> Exchange:
        import httpx2

        body = filled(self.body, values_of(request))
        asked_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            response = await client.request(self.method, self.url, json=body)
        except httpx2.TimeoutException as error:
            message = f"no answer within {self.timeout:g} s"
            raise _CallError(message, problem="timeout", passing=True) from error
        except httpx2.HTTPError as error:
            message = f"{self.url} cannot be reached: {self._words(error)}"
            raise _CallError(message, passing=True, unreached=True) from error
        if response.status_code >= 300:
            raise self._refusal(response)
        text = response.text
        return Exchange(
            prompt=json.dumps(body, ensure_ascii=False),
            text=text[:MOST_KEPT],
            seconds=response.elapsed.total_seconds(),
            model=self.card.name,
            finish="cut" if len(text) > MOST_KEPT else str(response.status_code),
            asked_at=asked_at,
            attempts=tries,
        )

    def _refusal(self, response: httpx2.Response) -> Exception:
        status = response.status_code
        said = f"{self.url} answered {status}: {self._words(response.text) or 'nothing more'}"
        if status in {401, 403}:
            return SystemFailureError(f"{said}; check the secret in the environment variables of headers")
        if status in {404, 405}:
            return SystemFailureError(f"{said}; check url and method")
        if status in {408, 425, 429} or status >= 500:
            return _CallError(said, passing=True, wait=_seconds(response.headers.get("retry-after")))
        return _CallError(said)

    def _answer(self, request: Request, exchange: Exchange) -> Answer:
        try:
            content = json.loads(exchange.text)
            given = list_at(content, self.items)
            scores = None if self.scores is None else _scores(list_at(content, self.scores), len(given))
        except (ValueError, TypeError) as error:
            detail = f"the response holds no list at '{self.items}': {self._words(error)}"
            return Answer(
                request=request.id, items=(), problem="unparsed", detail=detail, exchanges=(exchange,)
            )
        among = request.candidates
        slots, places = settle((self._matched(str(entry), among) for entry in given), among=among)
        kept = places[: request.k]
        return Answer(
            request=request.id,
            items=tuple(slot.item for slot in (slots[place] for place in kept) if slot.item is not None),
            scores=None if scores is None else tuple(scores[place] for place in kept),
            exchanges=(exchange,),
            slots=tuple(slots),
        )

    def _matched(self, written: str, among: Collection[ItemId] | None) -> Slot:
        if self.titles is not None:
            return self.titles.match(written, among=among)
        item = self.catalogue.get(written)
        how = "off-catalogue" if item is None else "exact"
        return Slot(title=written, item=item, how=how, similarity=0.0 if item is None else 100.0)  # type: ignore[arg-type] # one of two ways

    def _words(self, said: object) -> str:
        return plain_words(str(said), secrets=self.secrets)


def http(
    data: AuditData,
    *,
    url: str,
    items: str,
    body: Mapping[str, Any] | None = None,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    scores: str | None = None,
    titles: bool = False,
    offers: Sequence[str] = ("lists",),
    llm: str | None = None,
    llm_parameters: int | None = None,
    tuned: bool = False,
    crm_at_inference: bool = True,
    version: str = "",
    description: str = "",
    timeout: float = 30.0,
    retries: int = 4,
    concurrency: int = 8,
    requests_per_minute: float | None = None,
) -> Recommender:
    """A JSON service: one call a request, its body from a template, its list at a path of the response.

    In the body a text that is exactly one placeholder, such as "{history}", becomes that value; inside a longer
    text it becomes its words. Placeholders: user, history (ids, oldest first), candidates (ids or null), k, profile
    (attribute to value), replicate, seed, instruction.

    Args:
        data: What the audit runs on.
        url: Where the service is.
        items: Path of ids or titles in the response, such as "recommendations[].id".
        body: The template; `{user = "{user}", history = "{history}", k = "{k}"}` without it.
        method: Of HTTP.
        headers: Sent with every request; `${NAME}` is taken from the environment and never stored.
        scores: Path of the scores, such as "recommendations[].score".
        titles: Whether the response holds titles, which are matched to the catalogue, instead of ids.
        offers: "lists", "candidates", "profiles", "instructions": what the body lets the service do.
        llm: The language model it uses, if any.
        llm_parameters: Its number of parameters.
        tuned: Whether the language model was tuned for recommendation.
        crm_at_inference: Whether a conventional recommendation model takes part in inference.
        version: Whatever tells two releases apart.
        description: One sentence for the report.
        timeout: Seconds for one try.
        retries: After 408, 425, 429, 5xx, timeouts and broken connections, honouring Retry-After.
        concurrency: Requests under way at once.
        requests_per_minute: No limit without it.

    Raises:
        InputError: If a placeholder, a capability or an environment variable does not exist, or the body cannot tell
            the service what it is said to offer.
    """
    template = {"user": "{user}", "history": "{history}", "k": "{k}"} if body is None else dict(body)
    offered = capabilities_of(offers)
    check_template(template, offered)
    sent, secrets = _filled_headers(headers or {})
    matched: TitleIndex | None = None
    if titles:
        from recaudit.adapters.language.titles import index_titles

        matched = index_titles(data.items)
    card = SystemCard(
        name="http",
        version=version,
        llm=llm,
        llm_parameters=llm_parameters,
        tuned=tuned,
        crm_at_inference=crm_at_inference,
        description=description or "A recommender behind an HTTP service.",
        settings={"url": url, "body": json.dumps(template, ensure_ascii=False, sort_keys=True)},
    )
    return HttpService(
        card=card,
        offers=offered,
        url=url,
        method=method,
        headers=sent,
        secrets=secrets,
        body=template,
        items=items,
        scores=scores,
        titles=matched,
        catalogue={str(item): item for item in data.items.index.tolist()},
        timeout=timeout,
        retries=retries,
        concurrency=concurrency,
        pace=Pace(requests_per_minute=requests_per_minute),
    )


def _scores(given: Sequence[Any], items: int) -> list[float]:
    if len(given) != items:
        raise ValueError(f"{items} items and {len(given)} scores")
    return [float(score) for score in given]


def _filled_headers(headers: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    secrets: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if not found:
            raise InputError(f"headers need the environment variable {match[1]}, which is not set; set it")
        secrets.append(found)
        return found

    return {name: _VARIABLE.sub(value, text) for name, text in headers.items()}, secrets


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else min(max(float(text), 0.0), 60.0)
    except ValueError:
        return None
