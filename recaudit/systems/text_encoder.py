"""A language model that turns texts into vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recaudit.adapters.language.transformers_model import without_bars
from recaudit.errors import InputError
from recaudit.systems.minilm import weights_or_minilm
from recaudit.systems.torch_use import digest_of_files, one_thread

if TYPE_CHECKING:
    from torch import Tensor, nn

LONGEST = 64
"""Tokens that are read of a text, where nothing else is asked for."""

BATCH = 64
"""Texts that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEncoder:
    """An encoder in evaluation mode.

    Attributes:
        model: Of transformers; gives a vector per token.
        tokenizer: Its tokenizer.
        longest: Tokens that are read of a text.
        name: For the card.
        digest: SHA-256 of its files.
    """

    model: Any
    tokenizer: Any
    longest: int
    name: str
    digest: str

    @property
    def parameters(self) -> int:
        """Its number of parameters."""
        return int(self.model.num_parameters())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokenised texts.

    Attributes:
        ids: (n, longest) token ids, filled at the end.
        mask: (n, longest), 1 at tokens, 0 at what fills.
    """

    ids: Tensor
    mask: Tensor

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> Tokens:
        """Some of the texts, without columns in which none of them has a token."""
        import torch

        chosen = torch.as_tensor(rows)
        mask = self.mask[chosen]
        longest = int(mask.sum(dim=1).max())
        return Tokens(ids=self.ids[chosen, :longest], mask=mask[:, :longest])


def load_encoder(weights: str | None, *, longest: int = LONGEST) -> TextEncoder:
    """Load an encoder; nothing but all-MiniLM-L6-v2 is fetched.

    Args:
        weights: A folder made by `save_pretrained`; all-MiniLM-L6-v2 without it.
        longest: Tokens that are read of a text.

    Raises:
        PrerequisiteError: If all-MiniLM-L6-v2 cannot be fetched.
        InputError: If there is no encoder in the folder.
    """
    import transformers

    folder, name = weights_or_minilm(weights)
    model, tokenizer = load_pretrained(folder, transformers.AutoModel)
    return TextEncoder(
        model=model, tokenizer=tokenizer, longest=longest, name=name, digest=digest_of_files(folder)
    )


def load_pretrained(folder: Path, kind: Any) -> tuple[Any, Any]:
    """Load a model, in evaluation mode, and its tokenizer.

    Args:
        folder: Made by `save_pretrained`.
        kind: A class of transformers, such as AutoModel.

    Raises:
        InputError: If there is no such model in the folder.
    """
    import torch
    import transformers

    given: dict[str, Any] = {"local_files_only": True}
    try:
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, **given)
        with without_bars():
            model: Any = kind.from_pretrained(folder, dtype=torch.float32, **given)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the model at {folder} cannot be loaded: {str(error).splitlines()[0]}") from error
    return model.train(mode=False), tokenizer


def tokenise(encoder: TextEncoder, texts: Sequence[str]) -> Tokens:
    """Tokenise texts, cut at the longest that the encoder reads."""
    made = encoder.tokenizer(
        list(texts), padding=True, truncation=True, max_length=encoder.longest, return_tensors="pt"
    )
    return Tokens(ids=made["input_ids"], mask=made["attention_mask"])


def read(encoder: TextEncoder, tokens: Tokens) -> Tensor:
    """Vectors of texts, with gradients; (n, width), each of length 1."""
    hidden = encoder.model(input_ids=tokens.ids, attention_mask=tokens.mask).last_hidden_state
    return mean_of_tokens(hidden, tokens.mask)


def mean_of_tokens(hidden: Tensor, mask: Tensor) -> Tensor:
    """The mean over a text's tokens, scaled to length 1, as all-MiniLM-L6-v2 was trained to be used.

    Args:
        hidden: (n, longest, width) of the last layer.
        mask: (n, longest), 1 at tokens.

    Returns:
        (n, width).
    """
    from torch.nn import functional

    weights = mask[..., None].to(hidden.dtype)
    return functional.normalize((hidden * weights).sum(dim=1) / weights.sum(dim=1), dim=-1)


def embed(encoder: TextEncoder, tokens: Tokens) -> Tensor:
    """Vectors of all texts, without gradients, on one thread.

    Returns:
        (n, width), each of length 1.
    """
    import torch

    made = torch.empty(len(tokens.ids), int(encoder.model.config.hidden_size))
    with one_thread(), torch.no_grad():
        for rows in by_length(tokens):
            made[torch.from_numpy(rows)] = read(encoder, tokens.of(rows))
    return made


def by_length(tokens: Tokens) -> Iterator[NDArray[np.int64]]:
    """Places of all texts, `BATCH` at a time, shortest first, so that little is filled."""
    order = np.argsort(tokens.mask.sum(dim=1).numpy(), kind="stable").astype(np.int64)
    for first in range(0, len(order), BATCH):
        yield order[first : first + BATCH]


def last_layers(model: Any, count: int) -> nn.ModuleList:
    """The last layers of a model, lowest first.

    Raises:
        InputError: If the model is not built like BERT, or has not so many layers.
    """
    layers: nn.ModuleList | None = getattr(getattr(model, "encoder", None), "layer", None)
    if layers is None:
        raise InputError(
            "the encoder is not built like BERT, so its last layers are not found; give another one"
        )
    if not 1 <= count <= len(layers):
        raise InputError(
            f"the encoder has {len(layers)} layers; tune 1 to {len(layers)} of them, not {count}"
        )
    return layers[len(layers) - count :]


def only_these(model: nn.Module, parts: Iterable[nn.Module]) -> list[nn.Parameter]:
    """The weights of some parts of a model; from now on no others have gradients."""
    model.requires_grad_(requires_grad=False)
    weights = [weight for part in parts for weight in part.parameters()]
    for weight in weights:
        weight.requires_grad_()
    return weights
