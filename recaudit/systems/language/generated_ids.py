"""A small sequence-to-sequence model that reads the codes of a history and spells the code of the next item."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from recaudit.adapters.scoring import best_first
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Answer, Capability, FloatArray, Recommender, Request, SystemCard
from recaudit.systems.kept import kept
from recaudit.systems.language import examples as examples_code
from recaudit.systems.language import item_codes as codes_code
from recaudit.systems.language import spelling as spelling_code
from recaudit.systems.language.examples import training_histories
from recaudit.systems.language.item_codes import Code, collaborative_codes, sequential_codes
from recaudit.systems.language.spelling import Speller, new_speller, tune
from recaudit.systems.language.trie import Trie, beam_search, trie_of
from recaudit.systems.torch_use import one_thread, repeatable, require, torch_version

if TYPE_CHECKING:
    import torch

NAME = "generated-ids"
WEIGHTS = "weights.pt"

Indexing: TypeAlias = Literal["sequential", "collaborative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedIds:
    """Lists are spelt by beam search over the codes of the catalogue; candidates are scored by their codes.

    Attributes:
        card: What the system is.
        catalogue: Item ids.
        trie: Their codes.
        speller: The model.
        beams: Beginnings that are followed at once.
        offers: Its capabilities.
    """

    card: SystemCard
    catalogue: pd.Index[int] | pd.Index[str]
    trie: Trie
    speller: Speller
    beams: int
    offers: frozenset[Capability] = frozenset({"lists", "candidates"})

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer each request; scores are log-probabilities of codes."""
        return (self._answer(request) for request in requests)

    def _answer(self, request: Request) -> Answer:
        import torch

        history = self.catalogue.get_indexer(pd.Index(request.history)).tolist()
        with one_thread(), torch.inference_mode():
            encoded = self.speller.read([self.trie.codes[item] for item in history])
            if request.candidates is None:
                found = self._spelt(encoded, history, request.k)
            else:
                found = self._scored(encoded, request)
        return Answer(
            request=request.id,
            items=tuple(self.catalogue[[item for item, _ in found]].tolist()),
            scores=tuple(score for _, score in found),
        )

    def _spelt(self, encoded: torch.Tensor, history: list[int], k: int) -> list[tuple[int, float]]:
        logs = partial(self.speller.next_logs, encoded)
        return beam_search(self.trie, logs, beams=self.beams, k=k, without=history)

    def _scored(self, encoded: torch.Tensor, request: Request) -> list[tuple[int, float]]:
        candidates = self.catalogue.get_indexer(pd.Index(request.candidates or ())).tolist()
        scores: FloatArray = self.speller.code_logs(encoded, [self.trie.codes[item] for item in candidates])
        return [(candidates[place], float(scores[place])) for place in best_first(scores, request.k)]


def generated_ids(
    data: AuditData,
    *,
    indexing: Indexing = "collaborative",
    base: int = 20,
    history: int = 10,
    width: int = 64,
    layers: int = 2,
    steps: int = 1500,
    batch: int = 32,
    learning_rate: float = 2e-3,
    beams: int = 20,
    seed: int = 0,
) -> Recommender:
    """A small T5 that reads item codes and spells the next item's code; needs the extra 'local'.

    The idea of P5-ID (arXiv 2305.06569), small: items are sequences of symbols, and beam search over the tree of codes
    lets only catalogue items come out. There are no prompts, and no weights are pre-trained: the T5 is built from a
    configuration and knows nothing but the training interactions. Quadrant: tuned, no CRM.

    Args:
        data: What to train on; held-out truth is not seen.
        indexing: "sequential" numbers items as they first turn up in histories; "collaborative" clusters them by the
            histories they share.
        base: Symbols at each place of a code.
        history: Items of a history that are read, the newest ones.
        width: Of the model.
        layers: Of encoder and of decoder.
        steps: Batches of training.
        batch: Histories in a batch.
        learning_rate: Of AdamW; it falls to 0.
        beams: Beginnings of codes that are followed at once; at least the length of the list.
        seed: Of the first weights and of what is drawn for training.

    Raises:
        PrerequisiteError: If torch or transformers is missing.
        InputError: If there is no such indexing, or too few users have two interactions.
    """
    if indexing not in {"sequential", "collaborative"}:
        raise InputError(f"indexing = '{indexing}'; choose 'sequential' or 'collaborative'")
    if base < 2:
        raise InputError(f"base = {base}; codes need at least 2 symbols")
    require(NAME, "torch", "transformers")
    import torch

    histories = training_histories(data, NAME)
    codes: list[Code] = (
        sequential_codes(histories.codes, len(data.items), base)
        if indexing == "sequential"
        else collaborative_codes(histories.codes, len(data.items), base, seed=seed)
    )
    options: dict[str, str | int | float] = {
        "indexing": indexing,
        "base": base,
        "history": history,
        "width": width,
        "layers": layers,
        "steps": steps,
        "batch": batch,
        "learning rate": learning_rate,
        "seed": seed,
        "torch": torch_version(),
    }
    with repeatable(seed):
        speller = new_speller(codes, base=base, history=history, width=width, layers=layers)

    def train(place: Path) -> None:
        with repeatable(seed):
            rng = np.random.default_rng(seed)
            tune(speller, histories, codes, steps=steps, batch=batch, learning_rate=learning_rate, rng=rng)
        torch.save(speller.model.state_dict(), place / WEIGHTS)

    code = (sys.modules[__name__], spelling_code, codes_code, examples_code)
    place = kept(NAME, data, options, code, train)
    speller.model.load_state_dict(torch.load(place / WEIGHTS, weights_only=True))
    card = SystemCard(
        reads=history,
        name=f"{NAME}, {indexing}",
        llm="T5 built from a configuration, without pre-trained weights",
        llm_parameters=int(speller.model.num_parameters()),
        tuned=True,
        crm_at_inference=False,
        description="A sequence-to-sequence model that spells item ids; beam search over the ids of the catalogue.",
        settings={**{key: str(value) for key, value in options.items()}, "beams": str(beams)},
    )
    return GeneratedIds(
        card=card, catalogue=data.items.index, trie=trie_of(codes), speller=speller, beams=beams
    )
