from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of an untrained BERT of two layers that knows a few words."""
    pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")
    transformers = pytest.importorskip(
        "transformers", reason="needs transformers: pip install 'recaudit[local]'"
    )
    import torch

    folder = tmp_path_factory.mktemp("encoder")
    words = ["black", "blue", "boat", "car", "green", "grey", "plane", "red", "the", "train", "white"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        transformers.BertModel(config).save_pretrained(folder)
    return str(folder)
