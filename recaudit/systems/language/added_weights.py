"""Matrices of low rank beside the weights of a causal language model (LoRA, arXiv 2106.09685), through peft."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recaudit.errors import InputError

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A prompt and which answer follows it.

    Attributes:
        tokens: Of the prompt.
        liked: Whether the answer is Yes.
    """

    tokens: Sequence[int]
    liked: bool


def add_weights(model: PreTrainedModel, *, rank: int, layers: int) -> PeftModel:
    """Add matrices to queries and values of the last layers; nothing else will be tuned.

    Raises:
        InputError: If the model has fewer layers.
    """
    from peft import LoraConfig, get_peft_model

    total = int(model.config.num_hidden_layers)
    if not 1 <= layers <= total:
        raise InputError(f"layers = {layers}; the model has {total} of them")
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=rank,
        lora_alpha=2 * rank,
        target_modules=["q_proj", "v_proj"],
        layers_to_transform=list(range(total - layers, total)),
        layers_pattern="layers",
    )
    with warnings.catch_warnings():
        # peft reads a name that newer versions of transformers call otherwise
        warnings.simplefilter("ignore", FutureWarning)
        added: Any = get_peft_model(model, config)
    result: PeftModel = added
    return result


def tune(
    added: PeftModel,
    examples: Sequence[Example],
    *,
    answers: tuple[int, ...],
    batch: int,
    learning_rate: float,
) -> None:
    """Tune the added matrices, one pass over the examples, by the cross-entropy of the two answers.

    Args:
        added: The model; changed in place.
        examples: In the order of training.
        answers: The tokens of Yes and No.
        batch: Examples between two steps.
        learning_rate: Of AdamW; it falls to 0.
    """
    import torch

    tuned = [weight for weight in added.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(tuned, lr=learning_rate, weight_decay=0.0)
    starts = range(0, len(examples), batch)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=len(starts))
    added.train()
    for start in starts:
        optimizer.zero_grad()
        part = examples[start : start + batch]
        for example in part:
            logits = answer_logits(added, example.tokens, answers)
            wanted = torch.tensor(0 if example.liked else 1)
            loss = torch.nn.functional.cross_entropy(logits, wanted) / len(part)
            loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(tuned, 1.0)
        optimizer.step()
        schedule.step()
    added.train(mode=False)


def answer_logits(model: Any, tokens: Sequence[int], answers: tuple[int, ...]) -> torch.Tensor:
    """(2,) logits of Yes and No after a prompt."""
    import torch

    out = model(input_ids=torch.tensor([list(tokens)]), logits_to_keep=1, use_cache=False)
    logits: torch.Tensor = out.logits[0, -1, list(answers)]
    return logits


def stored(added: PeftModel) -> dict[str, Any]:
    """The added matrices alone."""
    from peft import get_peft_model_state_dict

    return dict(get_peft_model_state_dict(added, save_embedding_layers=False))


def merged(added: PeftModel, file: Path) -> PreTrainedModel:
    """Read added matrices from a file and add them to the weights for good."""
    import torch
    from peft import set_peft_model_state_dict

    set_peft_model_state_dict(added, torch.load(file, weights_only=True))
    whole: Any = added
    model: PreTrainedModel = whole.merge_and_unload()
    model.train(mode=False)
    return model
