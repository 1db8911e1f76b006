"""A system that is asked elsewhere: its questions are exported, its answers imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from recaudit.adapters.capabilities import capabilities_of
from recaudit.datasets import AuditData
from recaudit.errors import InputError, SystemFailureError
from recaudit.records import Answer, Capability, Recommender, Request, SystemCard


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineRecommender:
    """Stands for a system that cannot be asked from here."""

    card: SystemCard
    offers: frozenset[Capability]

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Say how its answers get here.

        Raises:
            SystemFailureError: Always.
        """
        raise SystemFailureError(
            f"{len(requests):,} of its answers are not there, and it is asked offline; export the requests with "
            "`recaudit export-requests`, and put the answers in with `recaudit import-answers`"
        )


def offline(
    data: AuditData,  # noqa: ARG001 - the factory contract
    *,
    offers: list[str],
    llm: str | None = None,
    llm_parameters: int | None = None,
    tuned: bool = False,
    crm_at_inference: bool = False,
    version: str = "",
    description: str = "",
) -> Recommender:
    """A system that a team without access from here asks itself: `export-requests`, then `import-answers`.

    Args:
        data: What the audit runs on.
        offers: What the system can do: "lists", "candidates", "ratings", "instructions", "profiles".
        llm: The language model it uses, if any.
        llm_parameters: Its number of parameters.
        tuned: Whether the language model was tuned for recommendation.
        crm_at_inference: Whether a conventional recommendation model takes part in inference.
        version: Whatever tells two releases apart.
        description: One sentence for the report.

    Raises:
        InputError: If it offers nothing, or something that no probe asks for.
    """
    if not offers:
        raise InputError(f"offers is empty; name at least one of {', '.join(get_args(Capability))}")
    card = SystemCard(
        name="offline",
        version=version,
        llm=llm,
        llm_parameters=llm_parameters,
        tuned=tuned,
        crm_at_inference=crm_at_inference,
        description=description or "Asked elsewhere; its answers were imported.",
    )
    return OfflineRecommender(card=card, offers=capabilities_of(offers))
