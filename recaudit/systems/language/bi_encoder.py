"""A text encoder that puts a user's history and the next item close together, with no parameters of items."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recaudit.adapters import CatalogueScorer
from recaudit.datasets import AuditData
from recaudit.records import FloatArray, Recommender, Request, SystemCard
from recaudit.systems import item_texts as texts_code
from recaudit.systems import text_encoder as encoder_code
from recaudit.systems.item_texts import item_texts, item_titles
from recaudit.systems.kept import kept
from recaudit.systems.language import examples as examples_code
from recaudit.systems.language.examples import Histories, training_histories
from recaudit.systems.text_encoder import (
    TextEncoder,
    Tokens,
    embed,
    last_layers,
    load_encoder,
    only_these,
    read,
    tokenise,
)
from recaudit.systems.torch_use import repeatable, require, torch_version

NAME = "bi-encoder"
WEIGHTS = "weights.pt"
VECTORS = "items.npy"
ENCODER_OPTIONS = frozenset({"weights", "history", "tokens", "torch"})
"""What an encoder that is not tuned depends on."""


def bi_encoder(
    data: AuditData,
    *,
    tuned: bool = True,
    weights: str | None = None,
    history: int = 6,
    tokens: int = 96,
    layers: int = 2,
    steps: int = 150,
    batch: int = 24,
    learning_rate: float = 2e-4,
    temperature: float = 0.05,
    seed: int = 0,
) -> Recommender:
    """One tuned text encoder for histories and items; the score is the cosine; needs the extra 'local'.

    The idea of RecFormer (arXiv 2305.13731), small: titles of the history, newest first, and title with groups of an
    item go through the same encoder, and a contrastive loss with the other items of a batch as negatives brings what
    belongs together close. Chances of standing in a batch are taken off the logits, so popular items are not pushed
    away. The encoder is all-MiniLM-L6-v2, fetched once (84 MB). Quadrant: tuned, no CRM; with `tuned = false` frozen,
    no CRM.

    Args:
        data: What to train on; held-out truth is not seen.
        tuned: Without it, the encoder as it came, for comparison.
        weights: A folder made by save_pretrained; all-MiniLM-L6-v2 without it.
        history: Items of a history that are read, the newest ones.
        tokens: Most tokens of a text.
        layers: How many layers are tuned, the last ones; the others stay as they came, to save time.
        steps: Batches of training.
        batch: Histories in a batch.
        learning_rate: Of AdamW; it rises over the first tenth of the steps and falls to 0.
        temperature: Cosines are divided by it in training.
        seed: Of what is drawn for training.

    Raises:
        PrerequisiteError: If torch or transformers is missing, or the weights cannot be fetched.
        InputError: If items have no title, or too few users have two interactions.
    """
    require(NAME, "torch", "transformers")
    import torch

    titles, texts = item_titles(data, NAME), item_texts(data, NAME)
    histories = training_histories(data, NAME)
    encoder = load_encoder(weights, longest=tokens)
    tokenised = tokenise(encoder, texts)
    options = {
        "weights": encoder.digest,
        "history": history,
        "tokens": tokens,
        "layers": layers,
        "steps": steps,
        "batch": batch,
        "learning rate": learning_rate,
        "temperature": temperature,
        "seed": seed,
        "torch": torch_version(),
    }
    used = {key: value for key, value in options.items() if tuned or key in ENCODER_OPTIONS}
    code = (sys.modules[__name__], encoder_code, examples_code, texts_code)

    def train(place: Path) -> None:
        if tuned:
            with repeatable(seed):
                _tune(
                    encoder,
                    histories,
                    titles,
                    tokenised,
                    history=history,
                    layers=layers,
                    steps=steps,
                    batch=batch,
                    learning_rate=learning_rate,
                    temperature=temperature,
                    seed=seed,
                )
            torch.save(encoder.model.state_dict(), place / WEIGHTS)
        np.save(place / VECTORS, embed(encoder, tokenised).numpy())

    place = kept(NAME, data, used, code, train)
    if tuned:
        encoder.model.load_state_dict(torch.load(place / WEIGHTS, weights_only=True))
    items = np.load(place / VECTORS).astype(np.float64)
    title_of = dict(zip(data.items.index.tolist(), titles, strict=True))

    def score(request: Request) -> FloatArray:
        text = history_text([title_of[item] for item in request.history], history)
        vector: FloatArray = embed(encoder, tokenise(encoder, [text])).numpy().astype(np.float64)[0]
        return np.asarray(items @ vector)

    card = SystemCard(
        reads=history,
        name=NAME if tuned else f"{NAME}, not tuned",
        llm=encoder.name,
        llm_parameters=encoder.parameters,
        tuned=tuned,
        crm_at_inference=False,
        description="Cosine of the texts of a history and of an item, "
        + ("in an encoder tuned on next items." if tuned else "in an encoder as it came."),
        settings={key: str(value) for key, value in used.items()},
    )
    return CatalogueScorer(card=card, catalogue=data.items.index, score=score)


def history_text(titles: Sequence[str], newest: int) -> str:
    """The newest of the titles, newest first; "none" without a history.

    >>> history_text(["Heat", "Alien", "Fargo"], 2)
    'Fargo; Alien'
    """
    return "; ".join(titles[::-1][:newest]) or "none"


def _tune(
    encoder: TextEncoder,
    histories: Histories,
    titles: Sequence[str],
    tokenised: Tokens,
    *,
    history: int,
    layers: int,
    steps: int,
    batch: int,
    learning_rate: float,
    temperature: float,
    seed: int,
) -> None:
    """Change the weights of the encoder in place."""
    import torch

    rng = np.random.default_rng(seed)
    chances = torch.tensor((histories.counts + 1) / (histories.counts + 1).sum(), dtype=torch.float32).log()
    tuned = only_these(encoder.model, last_layers(encoder.model, layers))
    optimizer = torch.optim.AdamW(tuned, lr=learning_rate, weight_decay=0.01)
    rising = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rising, (steps - step) / max(1, steps - rising))
    )
    encoder.model.train()
    for _ in range(steps):
        drawn = list(histories.draw(batch, rng))
        before = [history_text([titles[code] for code in codes], history) for codes, _ in drawn]
        codes = [code for _, code in drawn]
        targets = torch.tensor(codes)
        users, items = read(encoder, tokenise(encoder, before)), read(encoder, tokenised.of(codes))
        logits = users @ items.T / temperature - chances[targets]
        same = (targets[:, None] == targets[None, :]) & ~torch.eye(batch, dtype=torch.bool)
        loss = torch.nn.functional.cross_entropy(logits.masked_fill(same, -torch.inf), torch.arange(batch))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    encoder.model.train(mode=False)
