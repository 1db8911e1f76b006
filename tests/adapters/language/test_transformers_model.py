from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recaudit.adapters.language.model import Call, Message
from recaudit.adapters.language.prefix_cache import CausalScorer, SequenceScorer
from recaudit.adapters.language.transformers_model import TransformersModel, load_transformers
from recaudit.errors import InputError

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")

VOCABULARY = 96
PADDING, END = "<pad>", "</s>"


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """One token per printable character."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words = {PADDING: 0, END: 1} | {chr(code): code - 30 for code in range(32, 126)}
    built = Tokenizer(models.WordLevel(words, unk_token=PADDING))
    built.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    built.decoder = decoders.Fuse()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=built, pad_token=PADDING, eos_token=END)


@pytest.fixture(scope="module")
def causal() -> Any:
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    return transformers.LlamaForCausalLM(config).eval()


@pytest.fixture(scope="module")
def sequence() -> Any:
    torch.manual_seed(0)
    config = transformers.T5Config(
        vocab_size=VOCABULARY,
        d_model=32,
        d_kv=8,
        d_ff=48,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=0,
    )
    return transformers.T5ForConditionalGeneration(config).eval()


def ask(model: TransformersModel, *calls: Call) -> list[Any]:
    async def run() -> list[Any]:
        return [await model.ask(call) for call in calls]

    return asyncio.run(run())


def call(text: str, **changes: Any) -> Call:
    return Call(messages=(Message(role="user", content=text),), **{"max_tokens": 8, **changes})


def test_a_kept_prefix_gives_the_same_log_probabilities_as_the_naive_way(causal: Any) -> None:
    reused, naive = CausalScorer(causal, reuse=True), CausalScorer(causal, reuse=False)
    prompts = [
        [5, 6, 7, 8, 9, 10],
        [5, 6, 7, 8, 11],  # shares four tokens
        [5, 6, 7, 8, 11],  # the same again
        [20, 21],  # shares nothing
        [20, 21, 22, 23, 24, 25, 26],  # goes on
        [20],  # a beginning of the one before
    ]
    choices = [[3], [4], [3, 4], [30, 31, 32, 33]]
    for prompt in prompts:
        assert reused.logprobs(prompt, choices) == pytest.approx(naive.logprobs(prompt, choices), abs=1e-5)


def test_single_tokens_sum_to_one(causal: Any) -> None:
    scores = CausalScorer(causal, reuse=True).logprobs([5, 6], [[token] for token in range(VOCABULARY)])
    assert sum(map(math.exp, scores)) == pytest.approx(1, abs=1e-5)


def test_only_what_differs_is_computed(causal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []
    forward = causal.forward

    def counted(*arguments: Any, **named: Any) -> Any:
        computed.append((arguments[0] if arguments else named["input_ids"]).shape[1])
        return forward(*arguments, **named)

    monkeypatch.setattr(causal, "forward", counted)
    scorer = CausalScorer(causal, reuse=True)
    scorer.logprobs([*range(10, 60), 3], [[4], [5]])
    scorer.logprobs([*range(10, 60), 7, 8], [[4], [5, 6]])
    assert computed == [51, 2, 1]


def test_the_encoder_runs_once_and_the_scores_are_those_of_the_naive_way(sequence: Any) -> None:
    reused, naive = SequenceScorer(sequence, reuse=True), SequenceScorer(sequence, reuse=False)
    choices = [[3], [3, 4, 5]]
    assert reused.logprobs([5, 6, 7], choices) == pytest.approx(naive.logprobs([5, 6, 7], choices), abs=1e-5)


@pytest.mark.parametrize("kind", ["causal", "sequence"])
def test_text_and_choices(kind: str, tokenizer: Any, request: pytest.FixtureRequest) -> None:
    model = TransformersModel(request.getfixturevalue(kind), tokenizer, name="tiny")
    first, again, scored = ask(model, call("ab cd"), call("ab cd"), call("ab cd", choices=("Yes", "No")))
    assert first.text == again.text
    assert first.tokens_out is not None
    assert 0 < first.tokens_out <= 9
    assert [choice for choice, _ in scored.logprobs] == ["Yes", "No"]
    assert all(value < 0 for _, value in scored.logprobs)
    assert scored.text in {"Yes", "No"}
    assert model.parameters == request.getfixturevalue(kind).num_parameters()


def test_drawn_text_follows_the_seed_of_the_call(causal: Any, tokenizer: Any) -> None:
    model = TransformersModel(causal, tokenizer, name="tiny", temperature=1.0)
    one, same, other = ask(model, call("ab", seed=1), call("ab", seed=1), call("ab", seed=2))
    assert one.text == same.text != other.text


def test_a_saved_model_is_loaded_from_its_folder(
    causal: Any, sequence: Any, tokenizer: Any, tmp_path: Path
) -> None:
    for name, model in {"causal": causal, "sequence": sequence}.items():
        model.save_pretrained(tmp_path / name)
        tokenizer.save_pretrained(tmp_path / name)
        loaded = load_transformers(str(tmp_path / name))
        [exchange] = ask(loaded, call("ab", choices=("x", "yz")))
        [expected] = ask(TransformersModel(model, tokenizer, name=name), call("ab", choices=("x", "yz")))
        assert dict(exchange.logprobs) == pytest.approx(dict(expected.logprobs), abs=1e-5)


def _empty(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize(
    ("make", "message"),
    [(lambda folder: folder / "none", "there is no model at"), (_empty, "cannot be loaded")],
)
def test_a_model_that_is_none_is_refused(tmp_path: Path, make: Callable[[Path], Path], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_transformers(str(make(tmp_path)))
