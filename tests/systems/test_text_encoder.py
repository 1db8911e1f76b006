from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recaudit.errors import InputError, PrerequisiteError
from recaudit.systems.minilm import minilm
from recaudit.systems.text_encoder import (
    embed,
    last_layers,
    load_encoder,
    mean_of_tokens,
    only_these,
    read,
    tokenise,
)

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

TEXTS = ["The red car", "The red car. car, boat, train", "boat"]


def test_the_mean_leaves_out_what_fills() -> None:
    hidden = torch.tensor([[[3.0, 0.0], [3.0, 8.0], [100.0, 100.0]]])
    mask = torch.tensor([[1, 1, 0]])
    assert mean_of_tokens(hidden, mask)[0].tolist() == pytest.approx([0.6, 0.8])  # (3, 4) / 5


def test_a_text_has_the_same_vector_beside_longer_ones(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    together = embed(encoder, tokenise(encoder, TEXTS))
    assert together.norm(dim=1).tolist() == pytest.approx([1, 1, 1])
    for text, vector in zip(TEXTS, together, strict=True):
        alone = embed(encoder, tokenise(encoder, [text]))[0]
        np.testing.assert_allclose(alone, vector, atol=1e-5)
    assert (together[0] - together[2]).norm() > 0.01


def test_many_texts_keep_their_places(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    texts = ["boat " * (1 + number * 7 % 20) + "car" for number in range(150)]
    tokens = tokenise(encoder, texts)
    vectors = embed(encoder, tokens)
    for place in (0, 63, 64, 149):
        alone = read(encoder, tokens.of([place]))[0].detach()
        np.testing.assert_allclose(vectors[place], alone, atol=1e-5)


def test_what_is_beyond_the_longest_is_not_read(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder, longest=4)  # two words and two marks
    tokens = tokenise(encoder, ["the red", "the red car"])
    assert tokens.ids[0].tolist() == tokens.ids[1].tolist()


def test_only_the_last_layers_have_gradients(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    weights = only_these(encoder.model, last_layers(encoder.model, 1))
    torch.autograd.backward(read(encoder, tokenise(encoder, TEXTS))[:, 0].sum())
    learnt = {name for name, weight in encoder.model.named_parameters() if weight.grad is not None}
    assert len(weights) == len(learnt) > 0
    assert all(name.startswith("encoder.layer.1.") for name in learnt)


def test_layers_that_are_not_there_are_refused(tiny_encoder: str) -> None:
    model = load_encoder(tiny_encoder).model
    for count in (0, 3):
        with pytest.raises(InputError, match=f"has 2 layers; tune 1 to 2 of them, not {count}"):
            last_layers(model, count)
    with pytest.raises(InputError, match="not built like BERT"):
        last_layers(torch.nn.Linear(1, 1), 1)


def test_the_digest_follows_the_files(tiny_encoder: str, tmp_path: Path) -> None:
    first = load_encoder(tiny_encoder)
    for path in Path(tiny_encoder).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load_encoder(str(tmp_path)).digest == first.digest
    (tmp_path / "config.json").write_text((tmp_path / "config.json").read_text() + "\n")
    assert load_encoder(str(tmp_path)).digest != first.digest


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model at nowhere"):
        load_encoder("nowhere")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be loaded"):
        load_encoder(str(tmp_path))


@pytest.fixture
def real() -> Any:
    try:
        minilm()
    except PrerequisiteError as error:
        pytest.skip(f"needs all-MiniLM-L6-v2: {error}")
    return load_encoder(None)


@pytest.mark.llm
@pytest.mark.slow
def test_minilm_knows_which_films_are_alike(real: Any) -> None:
    assert real.parameters == 22_713_216
    texts = [
        "Alien (1979). Horror, Sci-Fi",
        "Aliens (1986). Action, Sci-Fi",
        "Cinderella (1950). Animation, Musical",
    ]
    vectors = embed(real, tokenise(real, texts))
    near, far = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    assert near > far + 0.2
