"""A text encoder of transformers: texts to vectors of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recaudit.errors import InputError
from recaudit.systems.language.runtime import one_thread

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEncoder:
    """Mean of the last hidden states of a text's tokens, scaled to length 1.

    Attributes:
        model: An encoder.
        tokenizer: Its tokenizer.
        tokens: Most tokens read of a text.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    tokens: int

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Give (n, dimensions) vectors."""
        read: Any = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self.tokens, return_tensors="pt"
        )
        states = self.model(**read).last_hidden_state
        mask = read["attention_mask"].unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        unit: torch.Tensor = mean / mean.norm(dim=1, keepdim=True).clamp_min(1e-9)
        return unit

    def last_layers(self, count: int) -> list[torch.nn.Parameter]:
        """The weights of the last layers; no other weights are changed from now on.

        Raises:
            InputError: If there are fewer layers.
        """
        whole: Any = self.model.encoder
        stack = whole.layer
        if not 1 <= count <= len(stack):
            raise InputError(f"layers = {count}; the encoder has {len(stack)} of them")
        self.model.requires_grad_(requires_grad=False)
        chosen = [weight for layer in stack[len(stack) - count :] for weight in layer.parameters()]
        for weight in chosen:
            weight.requires_grad_()
        return chosen

    def all_of(self, texts: Sequence[str], batch: int = 64) -> torch.Tensor:
        """Give (n, dimensions) vectors of many texts, without gradients."""
        import torch

        with one_thread(), torch.inference_mode():
            return torch.cat([self(texts[at : at + batch]) for at in range(0, len(texts), batch)])


def load_encoder(folder: Path, *, tokens: int) -> TextEncoder:
    """Load an encoder and its tokenizer.

    Raises:
        InputError: If there is none in the folder.
    """
    import torch
    import transformers

    try:
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model: Any = transformers.AutoModel.from_pretrained(
            folder, local_files_only=True, dtype=torch.float32
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the model at {folder} cannot be loaded: {str(error).splitlines()[0]}") from error
    return TextEncoder(model=model.eval(), tokenizer=tokenizer, tokens=tokens)
