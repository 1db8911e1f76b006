"""What a language model is to the suite: something that continues messages, or rates continuations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from recaudit.adapters.words import estimated_tokens
from recaudit.errors import RecauditError
from recaudit.records import Exchange, Request

Gives: TypeAlias = Literal["text", "logprobs", "continuations", "schema"]
"""What a model can do: write text, give log-probabilities of first tokens, give exact ones of continuations of any
length, write JSON that follows a schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question to a language model.

    Attributes:
        messages: The conversation so far; the model writes the next message.
        max_tokens: Most tokens it may write.
        choices: Continuations whose log-probabilities are wanted instead of text; none asks for text.
        schema: JSON schema that the text must follow, None for free text.
        seed: For models that take one.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    choices: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    seed: int | None = None

    @property
    def tokens_sent(self) -> int:
        """About how many, by a rule of thumb."""
        return estimated_tokens("".join(message.content for message in self.messages))


class ModelCallError(RecauditError):
    """One call failed for good after its retries; the audit goes on and counts it.

    Args:
        message: What came, in one sentence.
        timeout: Whether the reason was time.
    """

    def __init__(self, message: str, *, timeout: bool = False) -> None:
        self.timeout = timeout
        super().__init__(message)


class LanguageModel(Protocol):
    """A language model that can be asked many things at a time."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def parameters(self) -> int | None:
        """Its number of parameters, None when unknown."""
        ...

    @property
    def gives(self) -> frozenset[Gives]:
        """What it can do."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """What else decides its answers: decoding settings, server, weights; no secrets."""
        ...

    @property
    def concurrency(self) -> int:
        """How many calls may be under way at once."""
        ...

    async def ask(self, call: Call) -> Exchange:
        """Make one call, with retries and waiting for its turn.

        Raises:
            ModelCallError: If this call failed for good.
            SystemFailureError: If no call can succeed, such as with a wrong key or an unknown model.
        """
        ...

    async def close(self) -> None:
        """Let go of what belongs to the running event loop."""
        ...


@runtime_checkable
class Previewed(Protocol):
    """A recommender that can say beforehand which calls its answers take."""

    def preview(self, request: Request) -> Sequence[Call]:
        """The calls that answering takes, at most; none of them is made."""
        ...
