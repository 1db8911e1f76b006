"""Tuning the weights of an encoder of texts by what users do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from recaudit.systems.sequential.sequences import Codes, windows
from recaudit.systems.sequential.training import batches, check_sizes, next_item_loss
from recaudit.systems.text_encoder import (
    TextEncoder,
    Tokens,
    by_length,
    last_layers,
    mean_of_tokens,
    only_these,
    read,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

Tune: TypeAlias = Literal["layers", "full"]

STEPS: dict[Tune, int] = {"layers": 200, "full": 150}
ITEMS_PER_STEP: dict[Tune, int] = {"layers": 64, "full": 16}
"""So that both ways take about the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What decides how an encoder is tuned.

    Attributes:
        tune: The last layers, or all weights.
        tuned_layers: How many layers are the last ones ("layers").
        steps: Steps down the gradient.
        items_per_step: Texts that are read again in each step.
        encoder_rate: Step size for the encoder.
        rate: Step size for the sequence model.
        batch: Pieces of histories per step.
        seed: Of the pieces and of the items that are read again.
    """

    tune: Tune
    tuned_layers: int
    steps: int
    items_per_step: int
    encoder_rate: float
    rate: float
    batch: int
    seed: int

    def __post_init__(self) -> None:
        check_sizes(items_per_step=self.items_per_step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunable:
    """The part of an encoder that is tuned.

    Attributes:
        weights: What changes.
        read: Maps item codes to (n, width) sentence vectors, with gradients for the weights.
    """

    weights: Sequence[nn.Parameter]
    read: Callable[[Codes], Tensor]


def tunable(language: TextEncoder, tokens: Tokens, tuning: Tuning) -> Tunable:
    """Choose what is tuned.

    Raises:
        InputError: If the encoder is not built like BERT, or has not so many layers.
    """
    if tuning.tune == "full":
        return _all_weights(language, tokens)
    return _last_layers(language, tokens, tuning.tuned_layers)


def tune(
    network: nn.ModuleDict,
    items_of: Callable[[Tensor], Tensor],
    *,
    weights: Sequence[nn.Parameter],
    text: Tensor,
    part: Tunable,
    sequences: Sequence[Codes],
    history: int,
    tuning: Tuning,
) -> None:
    """Fit network, map and encoder together, in place.

    Each step reads the texts of some items again, all items in turns; the others keep the vectors of their last
    reading. So the loss is over the whole catalogue, and the price is that of a few texts. Items are not chosen by
    the step's histories: those would be pushed up more often than the others are pushed down.

    Args:
        network: The sequence part.
        items_of: Maps text vectors to item vectors.
        weights: Of that map.
        text: (n_items, width) of the encoder before tuning; not changed.
        part: What of the encoder is tuned.
        sequences: Item codes, oldest first.
        history: Items that the network sees.
        tuning: Sizes, rates and seed.
    """
    import torch

    rng = np.random.default_rng(tuning.seed)
    learnt = [*network.parameters(), *weights]
    groups = [{"params": learnt, "lr": tuning.rate}, {"params": [*part.weights], "lr": tuning.encoder_rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    known = text.clone()
    network.train()
    turns = _in_turns(len(text), tuning.items_per_step, rng)
    for rows, chosen in zip(_pieces(sequences, history + 1, tuning, rng), turns, strict=False):
        places = torch.from_numpy(chosen)
        read = part.read(chosen)
        vectors = items_of(known.index_copy(0, places, read))
        optimiser.zero_grad()
        torch.autograd.backward(next_item_loss(network, vectors, rows))
        optimiser.step()
        known[places] = read.detach()
    network.eval()


def _pieces(
    sequences: Sequence[Codes], length: int, tuning: Tuning, rng: np.random.Generator
) -> Iterator[Codes]:
    left = tuning.steps
    while left > 0:
        for rows in list(batches(windows(sequences, length, rng), tuning.batch))[:left]:
            yield rows
            left -= 1


def _in_turns(n_items: int, size: int, rng: np.random.Generator) -> Iterator[Codes]:
    """All items in a random order, `size` at a time, again and again."""
    while True:
        yield from batches(rng.permutation(n_items), size)


def _all_weights(language: TextEncoder, tokens: Tokens) -> Tunable:
    weights = only_these(language.model, [language.model])
    return Tunable(weights=weights, read=lambda items: read(language, tokens.of(items)))


def _last_layers(language: TextEncoder, tokens: Tokens, number: int) -> Tunable:
    """Tune the last layers over what those below give, which is computed once."""
    import torch

    last = last_layers(language.model, number)
    below = torch.zeros(*tokens.ids.shape, int(language.model.config.hidden_size))
    with torch.no_grad():
        for rows in by_length(tokens):
            some = tokens.of(rows)
            made = language.model(input_ids=some.ids, attention_mask=some.mask, output_hidden_states=True)
            below[rows, : some.ids.shape[1]] = made.hidden_states[-1 - number]

    def read_above(items: Codes) -> Tensor:
        mask = tokens.of(items).mask
        hidden = below[torch.from_numpy(items), : mask.shape[1]]
        unseen = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * torch.finfo(hidden.dtype).min
        for layer in last:
            hidden = layer(hidden, unseen)
        return mean_of_tokens(hidden, mask)

    return Tunable(weights=only_these(language.model, last), read=read_above)
