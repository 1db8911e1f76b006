"""What is asked of a system, what it is, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from recaudit.records.digest import digest_of

ItemId: TypeAlias = int | str
UserId: TypeAlias = int | str

Capability: TypeAlias = Literal["lists", "candidates", "ratings", "instructions", "profiles"]
"""What a system can do: rank the whole catalogue, rank given candidates, predict ratings on the data's scale,
follow an instruction in a probe's own words, make use of what a user discloses about themselves."""

Quadrant: TypeAlias = Literal[
    "conventional", "tuned, with CRM", "frozen, with CRM", "frozen, no CRM", "tuned, no CRM"
]

AnswerProblem: TypeAlias = Literal["refused", "unparsed", "timeout", "error"]
"""Why there is no usable list: the system declined, wrote something that holds no list, took too long, or failed."""

FAILED: frozenset[AnswerProblem] = frozenset({"timeout", "error"})
"""Problems of reaching the system, not of what it said; such requests are asked again on resuming."""

Resolved: TypeAlias = Literal[
    "exact", "normalised", "fuzzy", "ambiguous", "off-catalogue", "repeated", "not asked"
]
"""How a title was matched: letter for letter; without case, accents, articles and years; by similarity; to several
items alike; to none; to an item named before; to an item outside the candidates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question to the audited system.

    Attributes:
        unit: What statistics resample: a user or a seed entity.
        arm: The experimental condition, such as "list".
        replicate: 0 for the first time this is asked.
        user: The user the recommendations are for; the seed entity where a probe asks without a user.
        history: The user's known items, oldest first.
        candidates: The items to rank, or None for the whole catalogue.
        k: How many items are wanted.
        needs: The capability that answering takes.
        profile: What the user discloses, as (attribute, value) pairs.
        instruction: The question in a probe's own words, None where the system asks in its own.
        seed: Derived from the run's seed and the content, so that order and concurrency change nothing.
        id: Digest of the content above.
    """

    unit: UserId
    arm: str
    replicate: int = 0
    user: UserId
    history: tuple[ItemId, ...]
    candidates: tuple[ItemId, ...] | None = None
    k: int
    needs: Capability = "lists"
    profile: tuple[tuple[str, str], ...] = ()
    instruction: str | None = None
    run_seed: int = field(default=0, repr=False)
    seed: int = field(init=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        who = [self.unit, self.arm, self.replicate, self.user]
        what = [self.history, self.candidates, self.k, self.profile, self.instruction]
        digest = digest_of([*who, *what])
        object.__setattr__(self, "id", digest[:32])
        object.__setattr__(self, "seed", int(digest_of([self.run_seed, digest])[:8], 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call to a model or service, word for word.

    Attributes:
        prompt: What was sent; chat messages and settings as JSON.
        text: What came back, verbatim.
        logprobs: (continuation, natural log of its probability) pairs, where they were asked for.
        tokens_in: Tokens sent as the service counts them, None when it does not say.
        tokens_out: Tokens written.
        seconds: From sending to the whole answer, retries and waiting for a free place not included.
        model: The model's name as the service gives it.
        fingerprint: What the service says about its version, else "".
        finish: Why writing stopped, such as "stop" or "length", else "".
        asked_at: When it was sent, ISO 8601 in UTC.
        attempts: Tries it took.
    """

    prompt: str
    text: str
    logprobs: tuple[tuple[str, float], ...] = ()
    tokens_in: int | None = None
    tokens_out: int | None = None
    seconds: float | None = None
    model: str = ""
    fingerprint: str = ""
    finish: str = ""
    asked_at: str = ""
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One title that a system wrote, and what became of it.

    Attributes:
        title: As written.
        item: The catalogue item it was matched to, None without one.
        how: How it was matched, or why not.
        similarity: 0 to 100 of the best match; 100 for an exact or normalised one.
    """

    title: str
    item: ItemId | None
    how: Resolved
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the system said to one request.

    Attributes:
        request: The id of the request.
        items: Catalogue ids, best first, none twice; at most `k` of them.
        scores: One score per item, or None when the system gives none.
        problem: Why there is no usable list, or None.
        detail: The problem in a sentence, else "".
        exchanges: The calls behind the answer, in order; none for a system that makes no calls.
        slots: The titles as written, in order; none for a system that answers in ids.
    """

    request: str
    items: tuple[ItemId, ...]
    scores: tuple[float, ...] | None = None
    problem: AnswerProblem | None = None
    detail: str = ""
    exchanges: tuple[Exchange, ...] = ()
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCard:
    """What the audited system is; its quadrant is derived, never typed in.

    Attributes:
        name: As named in the configuration.
        version: Whatever tells two releases apart.
        llm: The language model used at inference or to make features, or None.
        llm_parameters: Its number of parameters.
        tuned: Whether the language model was tuned for recommendation.
        crm_at_inference: Whether a conventional recommendation model takes part in inference. An independent
            pre-ranker of candidates does not count (arXiv 2306.05817, section 3).
        description: One sentence for the report.
        settings: What else decides its answers, such as temperature or the digest of a prompt template.
        reads: Items of a history that it reads, the newest ones; None where there is no such limit or it is not known.
    """

    name: str
    version: str = ""
    llm: str | None = None
    llm_parameters: int | None = None
    tuned: bool = False
    crm_at_inference: bool = True
    description: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    reads: int | None = None

    @property
    def quadrant(self) -> Quadrant:
        """The quadrant of arXiv 2306.05817, figure 3, or "conventional" without a language model."""
        if self.llm is None:
            return "conventional"
        if self.crm_at_inference:
            return "tuned, with CRM" if self.tuned else "frozen, with CRM"
        return "tuned, no CRM" if self.tuned else "frozen, no CRM"


@runtime_checkable
class Recommender(Protocol):
    """The whole adapter contract."""

    @property
    def card(self) -> SystemCard:
        """What the system is."""
        ...

    @property
    def offers(self) -> frozenset[Capability]:
        """What it can do; a probe that needs more is NOT_RUN for this system."""
        ...

    def recommend(self, requests: Sequence[Request]) -> Iterable[Answer]:
        """Answer every request once, in any order, each as soon as it is known: what is yielded is stored.

        Closing the iterator early stops the asking.
        """
        ...
