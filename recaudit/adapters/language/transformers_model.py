"""A model of Hugging Face transformers in this process: causal or sequence to sequence."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recaudit.adapters.language.model import Call, Gives
from recaudit.adapters.language.prefix_cache import CausalScorer, SequenceScorer
from recaudit.errors import InputError, PrerequisiteError
from recaudit.records import Exchange

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


class TransformersModel:
    """Writes text, and gives exact log-probabilities of whole continuations.

    Calls run one at a time in a thread of their own. What consecutive prompts share at their beginning is computed
    once.

    Args:
        model: A causal or sequence-to-sequence model, in evaluation mode.
        tokenizer: Its tokenizer.
        name: Of the model.
        temperature: 0 writes the likeliest token each time; above it, tokens are drawn by the seed of the call.
        reuse_prefix: Whether what prompts share is kept.
    """

    gives: frozenset[Gives] = frozenset({"text", "logprobs", "continuations"})
    concurrency = 1

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        name: str,
        temperature: float = 0.0,
        reuse_prefix: bool = True,
    ) -> None:
        self.name = name
        self.parameters = int(model.num_parameters())
        self.settings: Mapping[str, str] = {
            "runtime": f"transformers {_version('transformers')}, torch {_version('torch')}",
            "temperature": str(temperature),
            "weights type": str(model.dtype).removeprefix("torch."),
        }
        self._model, self._tokenizer, self._temperature = model, tokenizer, temperature
        self._is_encoder_decoder = bool(model.config.is_encoder_decoder)
        scorer = SequenceScorer if self._is_encoder_decoder else CausalScorer
        self._scorer = scorer(model, reuse=reuse_prefix)

    async def ask(self, call: Call) -> Exchange:
        """Make one call."""
        return await asyncio.to_thread(self._ask, call)

    async def close(self) -> None:
        """Forget what was kept of prompts."""
        self._scorer.forget()

    def _ask(self, call: Call) -> Exchange:
        asked_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        start = time.perf_counter()
        prompt = self.prompt(call)
        ids = self._tokenizer(prompt, add_special_tokens=self._is_encoder_decoder)["input_ids"]
        logprobs: tuple[tuple[str, float], ...] = ()
        if call.choices:
            values = self._scorer.logprobs(ids, [self._continuation(choice) for choice in call.choices])
            logprobs = tuple(zip(call.choices, values, strict=True))
            text, written, finish = max(logprobs, key=lambda pair: pair[1])[0], 0, "scored"
        else:
            text, written, finish = self._written(ids, call)
        return Exchange(
            prompt=json.dumps({"prompt": prompt, "max_tokens": call.max_tokens}, ensure_ascii=False),
            text=text,
            logprobs=logprobs,
            tokens_in=len(ids),
            tokens_out=written,
            seconds=time.perf_counter() - start,
            model=self.name,
            finish=finish,
            asked_at=asked_at,
        )

    def prompt(self, call: Call) -> str:
        """What the model reads: the messages in its chat template, or one after the other without one."""
        messages = [{"role": one.role, "content": one.content} for one in call.messages]
        if getattr(self._tokenizer, "chat_template", None):
            return str(
                self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            )
        return "\n\n".join(one.content for one in call.messages) + "\n"

    def _continuation(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        if not ids:
            raise InputError(f"the continuation {text!r} has no tokens in the vocabulary of {self.name}")
        return ids

    def _written(self, ids: Sequence[int], call: Call) -> tuple[str, int, str]:
        import torch

        options: dict[str, Any] = {"do_sample": False}
        if self._temperature > 0:
            options = {"do_sample": True, "temperature": self._temperature}
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed((call.seed or 0) % 2**31)
            given = torch.tensor([list(ids)])
            generate: Any = self._model.generate
            out: torch.Tensor = generate(
                given,
                attention_mask=torch.ones_like(given),
                max_new_tokens=call.max_tokens,
                pad_token_id=self._padding(),
                **options,
            )[0]
        new = out[1:] if self._is_encoder_decoder else out[len(ids) :]
        finish = "length" if len(new) >= call.max_tokens else "stop"
        return str(self._tokenizer.decode(new, skip_special_tokens=True)), len(new), finish

    def _padding(self) -> int:
        for name in ("pad_token_id", "eos_token_id"):
            found = getattr(self._tokenizer, name, None)
            if found is not None:
                return int(found)
        return 0


def load_transformers(path: str, *, temperature: float = 0.0) -> TransformersModel:
    """Load a model from a folder or a GGUF file on this machine; nothing is downloaded.

    Args:
        path: A folder made by `save_pretrained`, or a GGUF file.
        temperature: 0 writes the likeliest token each time.

    Raises:
        PrerequisiteError: If torch or transformers is not installed.
        InputError: If there is no such model.
    """
    model, tokenizer = load_weights(path)
    return TransformersModel(model, tokenizer, name=Path(path).stem, temperature=temperature)


def load_weights(path: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a model, in evaluation mode, and its tokenizer.

    Args:
        path: A folder made by `save_pretrained`, or a GGUF file.

    Raises:
        PrerequisiteError: If torch or transformers is not installed.
        InputError: If there is no such model.
    """
    try:
        import torch
        import transformers
    except ModuleNotFoundError as error:
        raise PrerequisiteError(
            f"the adapter 'transformers' needs the package {error.name}, which is not installed; "
            "run: pip install 'recaudit[local]'"
        ) from error
    place = Path(path)
    if not place.exists():
        raise InputError(
            f"there is no model at {path}; give a folder made by save_pretrained, or a GGUF file"
        )
    options: dict[str, Any] = {"local_files_only": True}
    folder = place
    kind: Any = transformers.AutoModelForCausalLM
    if place.is_file():
        folder, options["gguf_file"] = place.parent, place.name
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
        if place.is_dir():
            config = transformers.AutoConfig.from_pretrained(folder, **options)
            if config.is_encoder_decoder:
                kind = transformers.AutoModelForSeq2SeqLM
        with without_bars():
            model: Any = kind.from_pretrained(folder, dtype=torch.float32, **options)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the model at {path} cannot be loaded: {str(error).splitlines()[0]}") from error
    return model.eval(), tokenizer


@contextmanager
def without_bars() -> Iterator[None]:
    """Load weights without the bars of transformers, which would run through ours."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
