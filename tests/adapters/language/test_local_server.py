from __future__ import annotations

from pathlib import Path

import pytest

from recaudit.adapters import build
from recaudit.adapters.language.weights import own_weights, smollm2
from recaudit.datasets import AuditData
from recaudit.errors import InputError, PrerequisiteError
from recaudit.records import Request


@pytest.fixture(scope="session")
def weights() -> Path:
    """SmolLM2-135M-Instruct, fetched once."""
    pytest.importorskip("xllamacpp", reason="needs the extra 'local'")
    try:
        return smollm2()
    except PrerequisiteError as error:
        pytest.skip(f"needs the weights of SmolLM2: {error}")


@pytest.mark.llm
def test_a_real_model_answers_the_same_twice_and_its_answer_is_evidence(
    weights: Path, tiny_data: AuditData, capfd: pytest.CaptureFixture[str]
) -> None:
    system = build("local", tiny_data, {"weights": str(weights), "concurrency": 1, "context": 512})
    words = "I liked the film Alien. Name three films."
    asked = {"unit": "Alien", "arm": "a", "user": "Alien", "history": (), "k": 3, "needs": "instructions"}
    requests = [Request(**asked, replicate=r, instruction=words) for r in range(2)]  # type: ignore[arg-type]
    first, second = system.recommend(requests)
    [exchange] = first.exchanges
    assert exchange.text
    assert exchange.text == second.exchanges[0].text
    assert first.slots or first.problem
    assert exchange.tokens_in is not None
    assert exchange.tokens_in > 20
    assert exchange.tokens_out is not None
    assert 0 < exchange.tokens_out <= 72
    assert str(weights.parent) not in repr(first)
    assert system.card.settings["weights"].startswith(
        "SmolLM2-135M-Instruct.Q4_1.gguf, SHA-256 b179c9523d0e6a0f"
    )
    assert capfd.readouterr().err == ""


@pytest.mark.llm
def test_a_real_model_ranks_candidates_by_yes_or_no(weights: Path, tiny_data: AuditData) -> None:
    options = {"weights": str(weights), "task": "pointwise", "concurrency": 1, "context": 512}
    request = Request(
        unit=1, arm="rank", user="u00", history=(3,), candidates=(5, 6, 7), k=3, needs="candidates"
    )
    [answer] = build("local", tiny_data, options).recommend([request])
    assert sorted(answer.items) == [5, 6, 7]
    assert answer.scores is not None
    assert list(answer.scores) == sorted(answer.scores, reverse=True)
    assert len(answer.exchanges) == 3


@pytest.mark.llm
def test_a_system_can_be_asked_again_after_it_was_closed(weights: Path, tiny_data: AuditData) -> None:
    options = {"weights": str(weights), "task": "letters", "concurrency": 2, "context": 512}
    system = build("local", tiny_data, options)
    asked = {
        "arm": "rank",
        "user": "u00",
        "history": (3,),
        "candidates": (5, 6),
        "k": 2,
        "needs": "candidates",
    }
    requests = [Request(unit=unit, **asked) for unit in range(3)]  # type: ignore[arg-type]
    first, second = ({one.request: one.items for one in system.recommend(requests)} for _ in range(2))
    assert first == second
    assert set(first) == {request.id for request in requests}


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no weights at"):
        own_weights(str(tmp_path / "none.gguf"))
    (tmp_path / "text.gguf").write_text("hello")
    with pytest.raises(InputError, match="is no GGUF file"):
        own_weights(str(tmp_path / "text.gguf"))
