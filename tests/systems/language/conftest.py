from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recaudit.adapters.language.model import Call, Gives
from recaudit.datasets import AuditData, world
from recaudit.probes.lists import plan_lists
from recaudit.records import Exchange, Recommender


@pytest.fixture(scope="session")
def tasteful() -> AuditData:
    """60 users who mostly take items of one of three genres."""
    return world(users=60, items=60, history=10, held_out=2, genres=3, popularity=0.0, taste=40.0, rng=3)


class Writer:
    """A language model that writes what a function of the question says, and keeps what it was asked."""

    parameters = 7
    concurrency = 1
    settings: Mapping[str, str] = {}
    gives: frozenset[Gives] = frozenset({"text"})

    def __init__(self, say: Callable[[str], str], name: str = "writer") -> None:
        self.say, self.name = say, name
        self.asked: list[Call] = []

    async def ask(self, call: Call) -> Exchange:
        self.asked.append(call)
        return Exchange(prompt="", text=self.say(call.messages[-1].content))

    async def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def writer() -> Callable[..., Writer]:
    """Make a language model that writes what it is told to."""
    return Writer


@pytest.fixture
def rank_of_held_out() -> Callable[[Recommender, AuditData], float]:
    """Mean place of held-out items among all items that are not in the history."""

    def measure(system: Recommender, data: AuditData) -> float:
        truth = data.truth.groupby("user")["item"].agg(set)
        requests = plan_lists(data, len(data.items), 0)
        answers = {answer.request: answer.items for answer in system.recommend(requests)}
        places = [
            place
            for request in requests
            for place, item in enumerate(answers[request.id])
            if item in truth[request.user]
        ]
        return float(np.mean(places))

    return measure


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Trained systems of these tests are kept apart, and are not those of earlier runs."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECAUDIT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def words() -> Any:
    """A tokenizer with one token per word of small worlds."""
    transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")
    from tokenizers import Tokenizer, models, pre_tokenizers

    marks = ["[PAD]", "[UNK]", "[MASK]", "[END]"]
    plain = ["Item", "genre", "Yes", "No", *".;,:?()", *map(str, range(60))]
    vocabulary = {word: code for code, word in enumerate([*marks, *plain])}
    built = Tokenizer(models.WordLevel(vocabulary, marks[1]))
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = dict(zip(("pad_token", "unk_token", "mask_token", "eos_token"), marks, strict=True))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=built, **names)


@pytest.fixture(scope="session")
def tiny_bert(words: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a masked language model with random weights."""
    torch = pytest.importorskip("torch", reason="needs the extra 'local'")
    import transformers

    folder = tmp_path_factory.mktemp("tiny-bert")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=128,
        initializer_range=0.3,
        pad_token_id=0,
    )
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_llama(words: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a causal language model with random weights."""
    torch = pytest.importorskip("torch", reason="needs the extra 'local'")
    import transformers

    folder = tmp_path_factory.mktemp("tiny-llama")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.2,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=3,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
