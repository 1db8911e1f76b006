"""A masked language model that fills the gap in a sentence about a history and an item with Yes or No."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recaudit.adapters.language.tasks.task import ranked
from recaudit.datasets import AuditData
from recaudit.errors import InputError
from recaudit.records import Answer, Capability, FloatArray, ItemId, Recommender, Request, SystemCard
from recaudit.systems import item_texts as titles_code
from recaudit.systems import text_encoder as encoder_code
from recaudit.systems.item_texts import item_titles
from recaudit.systems.kept import kept
from recaudit.systems.language import examples as examples_code
from recaudit.systems.language.examples import Histories, questions, training_histories
from recaudit.systems.minilm import weights_or_minilm
from recaudit.systems.text_encoder import last_layers, load_pretrained, only_these
from recaudit.systems.torch_use import digest_of_files, one_thread, repeatable, require, torch_version

if TYPE_CHECKING:
    import torch

NAME = "cloze"
WEIGHTS = "weights.pt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Fills the gap of prompts.

    Attributes:
        model: A masked language model.
        tokenizer: Its tokenizer.
        answers: The tokens of Yes and No.
        tokens: Most tokens of a prompt; the oldest titles fall away first, the gap never does.
        history: Titles in a prompt, the newest ones.
    """

    model: Any
    tokenizer: Any
    answers: tuple[int, int]
    tokens: int
    history: int

    def prompt(self, history: Sequence[str], candidate: str) -> str:
        """The sentence with its gap; the newest title comes first."""
        liked = "; ".join(history[::-1][: self.history]) or "none"
        return f"Would they like {candidate}? {self.tokenizer.mask_token}. They liked: {liked}"

    def margins(self, prompts: Sequence[str]) -> torch.Tensor:
        """(n,) of ln P(Yes) - ln P(No) in the gap of each prompt."""
        read = self.tokenizer(
            list(prompts), padding=True, truncation=True, max_length=self.tokens, return_tensors="pt"
        )
        gaps = read["input_ids"] == self.tokenizer.mask_token_id
        logits: torch.Tensor = self.model(**read).logits[gaps]
        return logits[:, self.answers[0]] - logits[:, self.answers[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloze:
    """Ranks candidates by the margin of Yes in their prompts.

    Attributes:
        card: What the system is.
        gap: Fills prompts.
        titles: Item to title.
        offers: Its capabilities.
    """

    card: SystemCard
    gap: Gap
    titles: dict[ItemId, str]
    offers: frozenset[Capability] = frozenset({"candidates"})

    def recommend(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer each request, one prompt per candidate."""
        return (ranked(request, self._scores(request)) for request in requests)

    def _scores(self, request: Request) -> FloatArray:
        import torch

        history = [self.titles[item] for item in request.history]
        prompts = [self.gap.prompt(history, self.titles[item]) for item in request.candidates or ()]
        with one_thread(), torch.inference_mode():
            parts = [self.gap.margins(prompts[at : at + 32]).numpy() for at in range(0, len(prompts), 32)]
        return np.concatenate([np.zeros(0), *parts]).astype(np.float64)


def cloze(
    data: AuditData,
    *,
    weights: str | None = None,
    history: int = 5,
    tokens: int = 96,
    layers: int = 2,
    examples: int = 1600,
    batch: int = 16,
    learning_rate: float = 2e-4,
    seed: int = 0,
) -> Recommender:
    """A masked language model that fills "Would they like X? [gap]" with Yes or No; needs the extra 'local'.

    The idea of Prompt4NR (arXiv 2304.05263), small: one template, no ensemble. Half of the prompts it is tuned on ask
    about the last item of a training history, half about an item not in it, drawn by popularity. The layers are those
    of all-MiniLM-L6-v2, fetched once (84 MB), which comes without the head that fills gaps; that starts at random.
    There are no lists over the catalogue. Quadrant: tuned, no CRM.

    Args:
        data: What to train on; held-out truth is not seen.
        weights: A folder made by save_pretrained with a BERT; all-MiniLM-L6-v2 without it.
        history: Titles in a prompt, the newest ones.
        tokens: Most tokens of a prompt.
        layers: How many layers are tuned, the last ones, beside the head.
        examples: Prompts to train on.
        batch: Prompts in a batch.
        learning_rate: Of AdamW; it falls to 0.
        seed: Of the head's first weights and of what is drawn for training.

    Raises:
        PrerequisiteError: If torch or transformers is missing, or the weights cannot be fetched.
        InputError: If items have no title, too few users have two interactions, or the model has no gap.
    """
    require(NAME, "torch", "transformers")
    import torch

    titles = item_titles(data, NAME)
    histories = training_histories(data, NAME)
    folder, name = weights_or_minilm(weights)
    options: dict[str, str | int | float] = {
        "weights": digest_of_files(folder),
        "history": history,
        "tokens": tokens,
        "layers": layers,
        "examples": examples,
        "batch": batch,
        "learning rate": learning_rate,
        "seed": seed,
        "torch": torch_version(),
    }
    with repeatable(seed):
        gap = load_gap(folder, tokens=tokens, history=history)

    def train(place: Path) -> None:
        rng = np.random.default_rng(seed)
        with repeatable(seed):
            _tune(
                gap,
                histories,
                titles,
                layers=layers,
                examples=examples,
                batch=batch,
                learning_rate=learning_rate,
                rng=rng,
            )
        torch.save(gap.model.state_dict(), place / WEIGHTS)

    code = (sys.modules[__name__], encoder_code, examples_code, titles_code)
    place = kept(NAME, data, options, code, train)
    gap.model.load_state_dict(torch.load(place / WEIGHTS, weights_only=True))
    card = SystemCard(
        reads=history,
        name=NAME,
        llm=f"{name}, with a new head for gaps",
        llm_parameters=int(gap.model.num_parameters()),
        tuned=True,
        crm_at_inference=False,
        description="A masked language model that fills a gap with Yes or No, tuned on training histories.",
        settings={key: str(value) for key, value in options.items()},
    )
    by_item = dict(zip(data.items.index.tolist(), titles, strict=True))
    return Cloze(card=card, gap=gap, titles=by_item)


def load_gap(folder: Path, *, tokens: int, history: int) -> Gap:
    """Load a BERT with a head that fills gaps, drawn at random where the folder has none.

    Raises:
        InputError: If the folder holds no such model, or its tokenizer has no mark for gaps.
    """
    import transformers

    model, tokenizer = load_pretrained(folder, transformers.BertForMaskedLM)
    if tokenizer.mask_token is None:
        raise InputError(f"the tokenizer at {folder} has no mask token; give a masked language model")
    yes, no = (tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in ("Yes", "No"))
    return Gap(model=model, tokenizer=tokenizer, answers=(yes, no), tokens=tokens, history=history)


def _tune(
    gap: Gap,
    histories: Histories,
    titles: Sequence[str],
    *,
    layers: int,
    examples: int,
    batch: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> None:
    """Change the weights of the last layers and the head in place."""
    import torch

    tuned = only_these(gap.model, [*last_layers(gap.model.bert, layers), gap.model.cls.predictions.transform])
    asked = questions(histories, examples, rng)
    starts = range(0, len(asked), batch)
    optimizer = torch.optim.AdamW(tuned, lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=len(starts))
    gap.model.train()
    for start in starts:
        part = asked[start : start + batch]
        margins = gap.margins(
            [gap.prompt([titles[code] for code in codes], titles[item]) for codes, item, _ in part]
        )
        wanted = torch.tensor([float(liked) for _, _, liked in part])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(margins, wanted)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    gap.model.train(mode=False)
