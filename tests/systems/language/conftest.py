from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recaudit.datasets import AuditData, world


@pytest.fixture(scope="session")
def tasteful() -> AuditData:
    """60 users who mostly take items of one of three genres."""
    return world(users=60, items=60, history=10, held_out=2, genres=3, popularity=0.0, taste=40.0, rng=3)


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
