"""A language model that says whether a user would like an item, with a few added weights tuned on histories."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from recaudit.adapters.language.model import Call, Message
from recaudit.adapters.language.recommender import language_recommender
from recaudit.adapters.language.templates import load_template
from recaudit.adapters.language.transformers_model import TransformersModel, load_weights
from recaudit.adapters.language.weights import SMOLLM2_NAME, smollm2
from recaudit.datasets import AuditData
from recaudit.records import Recommender
from recaudit.systems import item_texts as titles_code
from recaudit.systems.item_texts import item_titles
from recaudit.systems.kept import kept
from recaudit.systems.language import added_weights as added_code
from recaudit.systems.language import examples as examples_code
from recaudit.systems.language.added_weights import Example, add_weights, merged, stored, tune
from recaudit.systems.language.examples import questions, training_histories
from recaudit.systems.torch_use import digest_of_files, repeatable, require, torch_version

NAME = "yes-no"
WEIGHTS = "added.pt"
TEMPLATE = "pointwise"


def yes_no(
    data: AuditData,
    *,
    tuned: bool = True,
    weights: str | None = None,
    noun: str = "films",
    history: int = 5,
    examples: int = 240,
    rank: int = 8,
    layers: int = 10,
    batch: int = 8,
    learning_rate: float = 5e-4,
    seed: int = 0,
) -> Recommender:
    """A language model tuned to answer Yes or No to "would I like this one"; needs the extra 'local'.

    The idea of TALLRec (arXiv 2305.00447), small: matrices of low rank (LoRA, arXiv 2106.09685) are added to the
    queries and values of the last layers and tuned on a few hundred prompts. Half of them ask about the last item of a
    training history, which is a Yes, half about an item that the user has not had, drawn by popularity, which is a No.
    Candidates are ranked by ln P(Yes) - ln P(No); there are no lists over the catalogue. The model is
    SmolLM2-135M-Instruct, fetched once (93 MB). Quadrant: tuned, no CRM; with `tuned = false` frozen, no CRM.

    Args:
        data: What to train on; held-out truth is not seen.
        tuned: Without it, the model as it came, for comparison.
        weights: A GGUF file or a folder made by save_pretrained; SmolLM2-135M-Instruct without it.
        noun: What the items are, in the plural.
        history: Items of a history that are shown, the newest ones.
        examples: Prompts to train on.
        rank: Of the added matrices.
        layers: How many layers get them, the last ones.
        batch: Prompts between two steps.
        learning_rate: Of AdamW; it falls to 0.
        seed: Of the first weights and of what is drawn for training.

    Raises:
        PrerequisiteError: If a package is missing, or the weights cannot be fetched.
        InputError: If items have no title, or too few users have two interactions.
    """
    require(NAME, "torch", "transformers", "peft")
    titles = item_titles(data, NAME)
    histories = training_histories(data, NAME)
    path = str(smollm2()) if weights is None else weights
    model, tokenizer = load_weights(path)
    name = SMOLLM2_NAME if weights is None else Path(path).stem
    card_settings: dict[str, str] = {}
    if tuned:
        template = load_template(TEMPLATE, TEMPLATE)
        options: dict[str, str | int | float] = {
            "weights": digest_of_files(Path(path)),
            "prompt": template.digest,
            "noun": noun,
            "history": history,
            "examples": examples,
            "rank": rank,
            "layers": layers,
            "batch": batch,
            "learning rate": learning_rate,
            "seed": seed,
            "torch": torch_version(),
        }
        asked = TransformersModel(model, tokenizer, name=name)

        def example(before: list[int], item: int, *, liked: bool) -> Example:
            shown = [titles[code] for code in before[::-1][:history][::-1]]
            messages: tuple[Message, ...] = template.messages(
                noun=noun, profile=(), history=shown, candidate=titles[item]
            )
            prompt = asked.prompt(Call(messages=messages, max_tokens=1))
            return Example(tokens=tokenizer(prompt, add_special_tokens=False)["input_ids"], liked=liked)

        with repeatable(seed):
            added = add_weights(model, rank=rank, layers=layers)

        def train(place: Path) -> None:
            import torch

            drawn = [
                example(before, item, liked=liked)
                for before, item, liked in questions(histories, examples, np.random.default_rng(seed))
            ]
            answers = tuple(
                tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in ("Yes", "No")
            )
            with repeatable(seed):
                tune(added, drawn, answers=answers, batch=batch, learning_rate=learning_rate)
            torch.save(stored(added), place / WEIGHTS)

        code = (sys.modules[__name__], added_code, examples_code, titles_code)
        model = merged(added, kept(NAME, data, options, code, train) / WEIGHTS)
        card_settings = {f"tuning: {key}": str(value) for key, value in options.items()}
    built = language_recommender(
        data,
        TransformersModel(model, tokenizer, name=name),
        task=TEMPLATE,
        noun=noun,
        history=history,
        tuned=tuned,
        description="A language model asked whether the user would like an item"
        + (", tuned on training histories." if tuned else ", as it came."),
    )
    card = replace(
        built.card,
        name=NAME if tuned else f"{NAME}, not tuned",
        settings={**built.card.settings, **card_settings},
    )
    return replace(built, card=card)
