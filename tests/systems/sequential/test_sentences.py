from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recaudit.errors import InputError
from recaudit.systems.sequential.sentences import embed, load_encoder, sentence_vectors, tokenise

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")

TEXTS = ["The red car", "The red car. car, boat, train", "boat"]


def test_the_mean_leaves_out_what_fills() -> None:
    hidden = torch.tensor([[[3.0, 0.0], [3.0, 8.0], [100.0, 100.0]]])
    mask = torch.tensor([[1, 1, 0]])
    assert sentence_vectors(hidden, mask)[0].tolist() == pytest.approx([0.6, 0.8])  # (3, 4) / 5


def test_a_text_has_the_same_vector_beside_longer_ones(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder, system="test")
    together = embed(encoder, tokenise(encoder, TEXTS))
    assert together.norm(dim=1).tolist() == pytest.approx([1, 1, 1])
    for text, vector in zip(TEXTS, together, strict=True):
        alone = embed(encoder, tokenise(encoder, [text]))[0]
        np.testing.assert_allclose(alone, vector, atol=1e-5)
    assert (together[0] - together[2]).norm() > 0.01


def test_the_digest_follows_the_files(tiny_encoder: str, tmp_path: Path) -> None:
    first = load_encoder(tiny_encoder, system="test")
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in Path(tiny_encoder).iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert load_encoder(str(copy), system="test").digest == first.digest
    config = (copy / "config.json").read_text()
    (copy / "config.json").write_text(config + "\n")
    assert load_encoder(str(copy), system="test").digest != first.digest


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no encoder at nowhere"):
        load_encoder("nowhere", system="test")
    with pytest.raises(InputError, match="cannot be loaded"):
        load_encoder(str(tmp_path), system="test")
