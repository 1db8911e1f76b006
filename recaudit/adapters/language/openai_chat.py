"""Any endpoint that speaks OpenAI's chat protocol, through the official client."""

from __future__ import annotations

import asyncio
import json
import math
import os
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from recaudit.adapters.language.model import Call, Gives, ModelCallError
from recaudit.adapters.pacing import Pace
from recaudit.adapters.words import MOST_KEPT, estimated_tokens, plain_words
from recaudit.errors import InputError, SystemFailureError, did_you_mean
from recaudit.records import Exchange

if TYPE_CHECKING:
    import httpx2
    import openai

MOST_LOGPROBS = 20
OPENAI = "https://api.openai.com/v1"
RETRIES = "x-stainless-retry-count"
"""In which header the client counts its retries."""


class OpenAIChat:
    """A model behind OpenAI's chat protocol; made by `openai_model`.

    Its client belongs to one event loop; a new loop gets a new client.
    """

    def __init__(
        self,
        *,
        name: str,
        parameters: int | None,
        gives: frozenset[Gives],
        base_url: str,
        key: str | None,
        key_variable: str,
        decoding: Mapping[str, Any],
        limit_name: str,
        timeout: float,
        retries: int,
        concurrency: int,
        pace: Pace,
    ) -> None:
        self.name, self.parameters, self.gives, self.concurrency = name, parameters, gives, concurrency
        self.settings = {"endpoint": base_url} | {key: json.dumps(value) for key, value in decoding.items()}
        self._base_url, self._key, self._key_variable = base_url, key, key_variable
        self._decoding, self._limit_name = dict(decoding), limit_name
        self._timeout, self._retries, self._pace = timeout, retries, pace
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, openai.AsyncOpenAI]
        self._clients = weakref.WeakKeyDictionary()
        self._answered = False

    async def ask(self, call: Call) -> Exchange:
        """Make one call, with the client's retries.

        For `call.choices` one token is written, and a choice has the summed probability of the likeliest tokens that
        begin it, whatever their case and leading blanks; one that none of them begins has the probability of
        the least likely of them, which is an upper bound.

        Raises:
            ModelCallError: If this call failed for good.
            SystemFailureError: If the key, the model or the address is wrong.
        """
        body = self._body(call)
        sent = sum(estimated_tokens(one.content) for one in call.messages)
        expected = sent + call.max_tokens
        await self._pace.turn(expected)
        asked_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        response = await self._sent(body)
        self._answered = True
        exchange = self._exchange(call, body, response, asked_at)
        taken = (exchange.tokens_in or 0) + (exchange.tokens_out or 0)
        self._pace.correct(expected=expected, taken=taken or expected)
        return exchange

    async def close(self) -> None:
        """Close the client of the running loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _body(self, call: Call) -> dict[str, Any]:
        messages = [{"role": one.role, "content": one.content} for one in call.messages]
        body: dict[str, Any] = {"model": self.name, "messages": messages, **self._decoding}
        body[self._limit_name] = 1 if call.choices else call.max_tokens
        if call.seed is not None and "seed" not in body:
            body["seed"] = call.seed % 2**31
        if call.choices:
            body |= {"logprobs": True, "top_logprobs": MOST_LOGPROBS}
        if call.schema is not None:
            schema = {"name": "answer", "schema": dict(call.schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    async def _sent(self, body: dict[str, Any]) -> httpx2.Response:
        import httpx2
        import openai

        client = self._client()
        try:
            # The plain method: the typed one goes through every message of the prompt, at half the cost of a call.
            return await client.post("/chat/completions", body=body, cast_to=httpx2.Response)
        except openai.APIConnectionError as error:
            raise self._unanswered(error) from None
        except openai.APIStatusError as error:
            raise await self._refusal(client, error) from None

    def _unanswered(self, error: openai.APIConnectionError) -> Exception:
        """What a call without any answer means: too slow, or not reached at all."""
        import httpx2
        import openai

        cause = error.__cause__
        if isinstance(error, openai.APITimeoutError) and not isinstance(cause, httpx2.ConnectTimeout):
            tries = f"after {self._retries + 1} tries" if self._retries else "and no retry was allowed"
            return ModelCallError(f"no answer within {self._timeout:g} s {tries}", timeout=True)
        message = f"{self._base_url} cannot be reached: {self._words(cause or error)}"
        if self._answered:
            return ModelCallError(message)
        return SystemFailureError(f"{message}; check base_url and that the service is running")

    async def _refusal(self, client: openai.AsyncOpenAI, error: openai.APIStatusError) -> Exception:
        said = f"{self._base_url} answered {error.status_code}: {self._words(_message(error.body) or error.message)}"
        if error.status_code in {401, 403}:
            remedy = f"check the key in the environment variable {self._key_variable}"
            if self._key is None:
                remedy = f"set the environment variable {self._key_variable} to a key"
            return SystemFailureError(f"{said}; {remedy}")
        if error.status_code == 404:
            return SystemFailureError(f"{said}; it knows no model '{self.name}'{await self._near(client)}")
        tries = (
            f" (after {self._retries + 1} tries)" if _is_retried(error.status_code) and self._retries else ""
        )
        return ModelCallError(said + tries)

    async def _near(self, client: openai.AsyncOpenAI) -> str:
        import openai

        try:
            names = [model.id async for model in client.models.list()]
        except (openai.OpenAIError, TypeError, AttributeError):
            return "; check model and base_url"
        shown = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
        return f"{did_you_mean(self.name, names)}; it has {shown or 'none'}"

    def _exchange(
        self, call: Call, body: dict[str, Any], response: httpx2.Response, asked_at: str
    ) -> Exchange:
        try:
            content = json.loads(response.content)
            choice = content["choices"][0]
            text = choice["message"].get("content") or ""
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            start = self._words(response.text[:80])
            raise ModelCallError(
                f"{self._base_url} answered with something that is no chat completion ({type(error).__name__}), "
                f"it begins {start!r}"
            ) from None
        usage = content.get("usage") or {}
        cut = len(text) > MOST_KEPT
        return Exchange(
            prompt=json.dumps(body, ensure_ascii=False),
            text=text[:MOST_KEPT],
            logprobs=_choice_logprobs(call.choices, choice),
            tokens_in=usage.get("prompt_tokens"),
            tokens_out=usage.get("completion_tokens"),
            seconds=response.elapsed.total_seconds(),
            model=str(content.get("model") or self.name),
            fingerprint=str(content.get("system_fingerprint") or ""),
            finish="cut" if cut else str(choice.get("finish_reason") or ""),
            asked_at=asked_at,
            attempts=int(response.request.headers.get(RETRIES, 0)) + 1,
        )

    def _client(self) -> openai.AsyncOpenAI:
        import httpx2
        import openai

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            limits = httpx2.Limits(
                max_connections=self.concurrency, max_keepalive_connections=self.concurrency
            )
            self._clients[loop] = openai.AsyncOpenAI(
                api_key=self._key or "none",
                base_url=self._base_url,
                max_retries=self._retries,
                timeout=self._timeout,
                http_client=openai.DefaultAioHttpClient(limits=limits, timeout=self._timeout),
            )
        return self._clients[loop]

    def _words(self, said: object) -> str:
        return plain_words(str(said), secrets=[self._key] if self._key else [])


def openai_model(
    *,
    model: str,
    base_url: str | None = None,
    key_variable: str = "OPENAI_API_KEY",
    llm_parameters: int | None = None,
    logprobs: bool = True,
    json_schema: bool = True,
    temperature: float | None = 0.0,
    top_p: float | None = None,
    extra: Mapping[str, Any] | None = None,
    limit_name: str = "max_tokens",
    timeout: float = 60.0,
    retries: int = 4,
    concurrency: int = 8,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
) -> OpenAIChat:
    """A model behind an OpenAI-compatible endpoint.

    Args:
        model: Its name there.
        base_url: Such as "http://localhost:8000/v1"; OpenAI's own without it.
        key_variable: The environment variable that holds the key; the key itself is never stored.
        llm_parameters: Its number of parameters.
        logprobs: Whether the endpoint gives log-probabilities.
        json_schema: Whether it can follow a JSON schema.
        temperature: None leaves the endpoint's default.
        top_p: None leaves the endpoint's default.
        extra: Other fields of the request body.
        limit_name: The field that bounds the answer; newer OpenAI models want "max_completion_tokens".
        timeout: Seconds for one try.
        retries: After 408, 409, 429, 5xx, timeouts and broken connections, honouring Retry-After.
        concurrency: Calls under way at once.
        requests_per_minute: No limit without it.
        tokens_per_minute: No limit without it.

    Raises:
        InputError: If OpenAI's own endpoint is asked without a key, or a number is out of range.
    """
    key = os.environ.get(key_variable) or None
    if key is None and base_url is None:
        raise InputError(
            f"model '{model}' needs a key; set the environment variable {key_variable}, or give the base_url of an "
            "endpoint that needs none"
        )
    for name, value in {"timeout": timeout, "concurrency": concurrency}.items():
        if value <= 0:
            raise InputError(f"{name} is {value}; give a number above 0")
    if retries < 0:
        raise InputError(f"retries is {retries}; give 0 or more")
    given = {"temperature": temperature, "top_p": top_p, **(extra or {})}
    gives: set[Gives] = {"text"}
    gives |= {"logprobs"} if logprobs else set()
    gives |= {"schema"} if json_schema else set()
    return OpenAIChat(
        name=model,
        parameters=llm_parameters,
        gives=frozenset(gives),
        base_url=(base_url or OPENAI).rstrip("/"),
        key=key,
        key_variable=key_variable,
        decoding={name: value for name, value in given.items() if value is not None},
        limit_name=limit_name,
        timeout=timeout,
        retries=retries,
        concurrency=concurrency,
        pace=Pace(requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute),
    )


def _choice_logprobs(choices: tuple[str, ...], choice: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    if not choices:
        return ()
    try:
        top = choice["logprobs"]["content"][0]["top_logprobs"]
        seen = [(str(one["token"]).strip().casefold(), float(one["logprob"])) for one in top]
    except (KeyError, IndexError, TypeError, ValueError):
        seen = []
    if not seen:
        raise ModelCallError(
            "the endpoint gave no log-probabilities; set logprobs = false or use another task"
        )
    least = min(value for _, value in seen)
    found = []
    for text in choices:
        begins = [value for token, value in seen if token and text.strip().casefold().startswith(token)]
        found.append((text, math.log(sum(map(math.exp, begins))) if begins else least))
    return tuple(found)


def _message(body: object) -> str:
    """The sentence in an error's body, wherever the service puts it."""
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        found = inner.get("message") if isinstance(inner, Mapping) else inner
        return "" if found is None else str(found)
    return "" if body is None else str(body)


def _is_retried(status: int) -> bool:
    return status in {408, 409, 429} or status >= 500
