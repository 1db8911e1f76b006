"""Log-probabilities of continuations, computing what prompts share at their beginning only once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


class Scorer(Protocol):
    """Scores continuations of a prompt."""

    def logprobs(self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """Ln P(continuation | prompt) of each, all tokens of it together."""
        ...

    def forget(self) -> None:
        """Let go of what was kept."""
        ...


class CausalScorer:
    """Keeps keys and values of the last prompt; the next one computes only what differs.

    Args:
        model: A causal language model.
        reuse: Whether anything is kept; without it every continuation runs through the whole prompt.
    """

    def __init__(self, model: PreTrainedModel, *, reuse: bool) -> None:
        self._model, self._reuse = model, reuse
        self._kept: list[int] = []
        self._cache: Any = None

    def logprobs(self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """Ln P(continuation | prompt) of each."""
        import torch

        with torch.inference_mode():
            if not self._reuse:
                return [self._naive(prompt, one) for one in continuations]
            last = self._through(prompt)
            found = []
            for one in continuations:
                rows = last
                if len(one) > 1:
                    after = self._model(torch.tensor([list(one[:-1])]), cache=self._cache, use_cache=True)
                    rows = torch.cat([last, after.logits[0]])
                    self._cut(len(prompt))
                found.append(_sum_of_chosen(rows, one))
            return found

    def forget(self) -> None:
        """Let go of the last prompt."""
        self._kept, self._cache = [], None

    def _through(self, prompt: Sequence[int]) -> torch.Tensor:
        """(1, vocabulary) logits after the prompt; its keys and values are kept."""
        import torch
        from transformers import DynamicCache

        # The last token is always computed again, as its logits are not kept.
        shared = min(_shared(self._kept, prompt), len(prompt) - 1)
        if self._cache is None or shared == 0:
            self._cache, shared = DynamicCache(config=self._model.config), 0
        else:
            self._cut(shared)
        given = torch.tensor([list(prompt[shared:])])
        out = self._model(given, cache=self._cache, use_cache=True, logits_to_keep=1)
        self._kept = list(prompt)
        logits: torch.Tensor = out.logits[0, -1:]
        return logits

    def _cut(self, length: int) -> None:
        """Forget all but the first tokens."""
        beyond = self._cache.get_seq_length() - length
        if beyond > 0:
            self._cache.crop(-beyond)

    def _naive(self, prompt: Sequence[int], continuation: Sequence[int]) -> float:
        import torch

        whole = torch.tensor([[*prompt, *continuation[:-1]]])
        logits = self._model(whole, use_cache=False).logits[0, len(prompt) - 1 :]
        return _sum_of_chosen(logits, continuation)


class SequenceScorer:
    """Runs the encoder once per prompt, and the decoder once per continuation.

    Args:
        model: A sequence-to-sequence model.
        reuse: Whether the encoder's output is shared by the continuations.
    """

    def __init__(self, model: PreTrainedModel, *, reuse: bool) -> None:
        self._model, self._reuse = model, reuse

    def logprobs(self, prompt: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """Ln P(continuation | prompt) of each."""
        import torch

        start = int(self._model.config.decoder_start_token_id)
        given = torch.tensor([list(prompt)])
        found = []
        with torch.inference_mode():
            encoded = self._model.get_encoder()(given) if self._reuse else None
            for one in continuations:
                source = {"input_ids": given} if encoded is None else {"encoder_outputs": encoded}
                out = self._model(**source, decoder_input_ids=torch.tensor([[start, *one[:-1]]]))
                found.append(_sum_of_chosen(out.logits[0], one))
        return found

    def forget(self) -> None:
        """Nothing is kept between prompts."""


def _sum_of_chosen(logits: torch.Tensor, tokens: Sequence[int]) -> float:
    logs = logits.float().log_softmax(dim=-1)
    return sum(float(logs[place, token]) for place, token in enumerate(tokens))


def _shared(first: Sequence[int], second: Sequence[int]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
