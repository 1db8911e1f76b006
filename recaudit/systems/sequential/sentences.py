"""A language model that turns item texts into vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recaudit.errors import InputError
from recaudit.systems.sequential.minilm import MINILM_NAME, minilm
from recaudit.systems.sequential.repeatable import missing, one_thread

if TYPE_CHECKING:
    from torch import Tensor

LONGEST = 64
"""Tokens of an item text that are read."""

BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceEncoder:
    """An encoder in evaluation mode.

    Attributes:
        model: Of transformers; gives a vector per token.
        tokenizer: Its tokenizer.
        name: For the card.
        parameters: Its number of parameters.
        digest: SHA-256 of its files.
    """

    model: Any
    tokenizer: Any
    name: str
    parameters: int
    digest: str


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


def encoder_folder(encoder: str) -> Path:
    """The folder of all-MiniLM-L6-v2 by its name, or a folder of the user's.

    Raises:
        InputError: If there is no such folder.
        PrerequisiteError: If all-MiniLM-L6-v2 cannot be fetched.
    """
    if encoder == MINILM_NAME:
        return minilm()
    if not Path(encoder).is_dir():
        raise InputError(
            f"there is no encoder at {encoder}; give a folder made by save_pretrained, or '{MINILM_NAME}'"
        )
    return Path(encoder)


def load_encoder(encoder: str, *, system: str) -> SentenceEncoder:
    """Load an encoder from a folder; nothing but all-MiniLM-L6-v2 is fetched.

    Args:
        encoder: A folder made by `save_pretrained`, or "all-MiniLM-L6-v2".
        system: Who needs it, for messages.

    Raises:
        PrerequisiteError: If torch or transformers is not installed, or the weights cannot be fetched.
        InputError: If there is no encoder there.
    """
    try:
        import torch
        import transformers
    except ModuleNotFoundError as error:
        raise missing(system, error) from error
    folder = encoder_folder(encoder)
    given: dict[str, Any] = {"local_files_only": True}
    try:
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, **given)
        model: Any = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32, **given)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the encoder at {encoder} cannot be loaded: {reason}") from error
    return SentenceEncoder(
        model=model.eval(),
        tokenizer=tokenizer,
        name=encoder if encoder == MINILM_NAME else folder.name,
        parameters=int(model.num_parameters()),
        digest=_digest(folder),
    )


def tokenise(encoder: SentenceEncoder, texts: Sequence[str]) -> Tokens:
    """Tokenise texts, cut at `LONGEST` tokens."""
    made = encoder.tokenizer(
        list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
    )
    return Tokens(ids=made["input_ids"], mask=made["attention_mask"])


def by_length(tokens: Tokens) -> Iterator[NDArray[np.int64]]:
    """Places of all texts, `BATCH` at a time, shortest first, so that little is filled."""
    order = np.argsort(tokens.mask.sum(dim=1).numpy(), kind="stable").astype(np.int64)
    for first in range(0, len(order), BATCH):
        yield order[first : first + BATCH]


def sentence_vectors(hidden: Tensor, mask: Tensor) -> Tensor:
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


def embed(encoder: SentenceEncoder, tokens: Tokens) -> Tensor:
    """Vectors of all texts, without gradients.

    Returns:
        (n, width), each of length 1.
    """
    import torch

    made = torch.empty(len(tokens.ids), int(encoder.model.config.hidden_size))
    with one_thread(), torch.no_grad():
        for rows in by_length(tokens):
            some = tokens.of(rows)
            hidden = encoder.model(input_ids=some.ids, attention_mask=some.mask).last_hidden_state
            made[torch.from_numpy(rows)] = sentence_vectors(hidden, some.mask)
    return made


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
