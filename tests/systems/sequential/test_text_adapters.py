from __future__ import annotations

import numpy as np
import pytest

from recaudit.errors import InputError
from recaudit.systems.sequential.text_adapters import (
    centring,
    codes_adapter,
    experts_adapter,
    linear_adapter,
    product_codes,
)

torch = pytest.importorskip("torch", reason="needs torch: pip install 'recaudit[local]'")


@pytest.fixture
def text() -> object:
    return torch.randn(40, 12, generator=torch.Generator().manual_seed(0))


def test_centring_takes_away_what_all_share(text) -> None:  # type: ignore[no-untyped-def]
    found = centring(text + 100)(text + 100)
    assert found.mean(dim=0).abs().max() < 1e-4
    assert found.square().sum(dim=1).mean().item() == pytest.approx(1, abs=1e-4)
    alike = torch.ones(3, 2)
    assert torch.isfinite(centring(alike)(alike)).all()


def test_one_expert_is_a_linear_layer(text) -> None:  # type: ignore[no-untyped-def]
    experts, linear = experts_adapter(text, 5, experts=1), linear_adapter(text, 5)
    linear.weights.load_state_dict(experts.weights["experts"].state_dict())
    assert torch.allclose(experts.vectors(), linear.vectors(), atol=1e-6)


def test_experts_mix_what_the_gate_chooses(text) -> None:  # type: ignore[no-untyped-def]
    mixture = experts_adapter(text, 5, experts=2)
    with torch.no_grad():
        mixture.weights["gate"].weight.zero_()
        mixture.weights["gate"].bias.copy_(torch.tensor([100.0, 0.0]))
        both = mixture.weights["experts"](text)
    assert torch.allclose(mixture.vectors(), both[:, :5], atol=1e-5)


def test_items_with_the_same_codes_have_the_same_vector() -> None:
    codes = np.array([[0, 1], [1, 0], [0, 1]])
    vectors = codes_adapter(codes, 4).vectors()
    assert torch.equal(vectors[0], vectors[2])
    assert not torch.equal(vectors[0], vectors[1])  # the same codes in other parts are other codes


def test_vectors_of_codes_are_sums_over_the_parts() -> None:
    encoder = codes_adapter(np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), 3)
    first, second, third, fourth = encoder.vectors()
    assert torch.allclose(first + fourth, second + third, atol=1e-6)


def test_codes_name_the_planted_clusters() -> None:
    rng = np.random.default_rng(1)
    planted = rng.integers(3, size=(60, 2))
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    vectors = torch.from_numpy(
        np.hstack([centres[planted[:, 0]], centres[planted[:, 1]]]) + rng.normal(0, 0.1, (60, 4))
    )
    found = product_codes(vectors, parts=2, codes=3, seed=0)
    for part in range(2):
        pairs = set(zip(planted[:, part].tolist(), found[:, part].tolist(), strict=True))
        assert len(pairs) == 3
    assert (product_codes(vectors, parts=2, codes=3, seed=0) == found).all()


def test_there_are_no_more_codes_than_different_parts() -> None:
    found = product_codes(torch.eye(4), parts=2, codes=32, seed=0)
    assert [len(set(part.tolist())) for part in found.T] == [3, 3]  # the rest of a part is zeros


def test_more_parts_than_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="of 4 numbers cannot be cut into 5 parts"):
        product_codes(torch.eye(4), parts=5, codes=2, seed=0)
