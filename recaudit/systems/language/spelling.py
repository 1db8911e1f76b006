"""A T5 over the symbols of item codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recaudit.records import FloatArray
from recaudit.systems.language.examples import Histories
from recaudit.systems.language.item_codes import Code

if TYPE_CHECKING:
    import torch
    from transformers import T5ForConditionalGeneration

PADDING, START = 0, 1
IGNORED = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Speller:
    """Reads codes and gives log-probabilities of codes.

    Each place of a code has symbols of its own, so that codes that follow one another can be told apart.

    Attributes:
        model: The T5.
        base: Symbols at each place.
        history: Codes that are read, the last ones.
    """

    model: T5ForConditionalGeneration
    base: int
    history: int

    def tokens(self, code: Code) -> list[int]:
        """The code as tokens of the model."""
        return [START + 1 + place * self.base + symbol for place, symbol in enumerate(code)]

    def prompt(self, codes: Sequence[Code]) -> list[int]:
        """What the encoder reads: a mark, then the last codes, oldest first."""
        shown = codes[len(codes) - min(self.history, len(codes)) :]
        return [START, *(token for code in shown for token in self.tokens(code))]

    def read(self, codes: Sequence[Code]) -> torch.Tensor:
        """Encode a history; (1, length, width)."""
        import torch

        encoded: torch.Tensor = self.model.get_encoder()(torch.tensor([self.prompt(codes)]))[0]
        return encoded

    def next_logs(self, encoded: torch.Tensor, beginnings: list[Code]) -> FloatArray:
        """(n, base) log-probabilities of the symbol after each of n beginnings of the same length."""
        place = len(beginnings[0])
        first = START + 1 + place * self.base
        logs = self._logs(encoded, [self.tokens(code) for code in beginnings])[:, -1]
        return logs[:, first : first + self.base].numpy().astype(np.float64)

    def code_logs(self, encoded: torch.Tensor, codes: Sequence[Code]) -> FloatArray:
        """(n,) log-probabilities of whole codes."""
        tokens = [self.tokens(code) for code in codes]
        longest = max(map(len, tokens))
        logs = self._logs(encoded, [(one + [PADDING] * longest)[: longest - 1] for one in tokens])
        return np.array(
            [
                sum(float(logs[row, place, token]) for place, token in enumerate(one))
                for row, one in enumerate(tokens)
            ]
        )

    def _logs(self, encoded: torch.Tensor, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
        """(n, length + 1, vocabulary) log-probabilities of what follows each token and the start."""
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        given = torch.tensor([[PADDING, *one] for one in tokens])
        states = encoded.expand(len(tokens), -1, -1)
        out = self.model(encoder_outputs=BaseModelOutput(last_hidden_state=states), decoder_input_ids=given)
        logs: torch.Tensor = out.logits.float().log_softmax(-1)
        return logs


def new_speller(codes: Sequence[Code], *, base: int, history: int, width: int, layers: int) -> Speller:
    """Build a model with random weights for the codes of a catalogue."""
    import transformers

    start: dict[str, Any] = {"decoder_start_token_id": PADDING}
    config = transformers.T5Config(
        vocab_size=START + 1 + base * max(map(len, codes)),
        d_model=width,
        d_kv=max(1, width // 4),
        d_ff=4 * width,
        num_layers=layers,
        num_heads=4,
        dropout_rate=0.1,
        pad_token_id=PADDING,
        eos_token_id=None,
        **start,
    )
    model = transformers.T5ForConditionalGeneration(config)
    model.train(mode=False)
    return Speller(model=model, base=base, history=history)


def tune(
    speller: Speller,
    histories: Histories,
    codes: Sequence[Code],
    *,
    steps: int,
    batch: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> None:
    """Teach the model to spell next items; its weights change in place."""
    import torch

    model = speller.model
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)
    model.train()
    for _ in range(steps):
        drawn = list(histories.draw(batch, rng))
        given = _padded([speller.prompt([codes[item] for item in before]) for before, _ in drawn], PADDING)
        wanted = _padded([speller.tokens(codes[item]) for _, item in drawn], IGNORED)
        loss = model(input_ids=given, attention_mask=(given != PADDING).long(), labels=wanted).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.train(mode=False)


def _padded(rows: Sequence[Sequence[int]], filling: int) -> torch.Tensor:
    import torch

    longest = max(map(len, rows))
    return torch.tensor([[*row, *[filling] * (longest - len(row))] for row in rows])
