"""What sharing a prompt's beginning saves: `python benchmarks/prefix.py` (needs the extra 'local').

Candidates are scored behind one prompt with a history, as the tasks `pointwise` and `rating` do: in this process with
kept keys and values against the naive loop that runs every prompt from its start, and at the local server with its
prompt cache against the same server without. The ways take turns, and their scores are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

import numpy as np

from recaudit.adapters.language.model import Call
from recaudit.adapters.language.prefix_cache import CausalScorer
from recaudit.adapters.language.templates import load_template
from recaudit.adapters.language.weights import SMOLLM2_PARAMETERS, smollm2


def calls(candidates: int, history: int) -> list[Call]:
    """One yes-or-no question per candidate."""
    template = load_template("pointwise", "pointwise")
    shown = [f"The History of Film Number {number} ({1950 + number})" for number in range(history)]
    return [
        Call(
            messages=template.messages(
                noun="films", k=10, profile=(), history=shown, candidate=f"Candidate Film {number} (1999)"
            ),
            max_tokens=1,
            choices=("Yes", "No"),
        )
        for number in range(candidates)
    ]


def in_process(asked: Sequence[Call], rounds: int) -> None:
    """Kept keys and values against the naive loop."""
    from recaudit.adapters.language.transformers_model import load_transformers

    loaded = load_transformers(str(smollm2()))
    tokenizer, model = loaded._tokenizer, loaded._model  # noqa: SLF001 - the parts are timed apart
    prompts = [tokenizer(loaded._prompt(call), add_special_tokens=False)["input_ids"] for call in asked]  # noqa: SLF001
    choices = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("Yes", "No")]
    seconds: dict[bool, list[float]] = {True: [], False: []}
    scores: dict[bool, list[list[float]]] = {}
    for _ in range(rounds):
        for reuse in (True, False):
            scorer = CausalScorer(model, reuse=reuse)
            start = time.perf_counter()
            scores[reuse] = [scorer.logprobs(prompt, choices) for prompt in prompts]
            seconds[reuse].append(time.perf_counter() - start)
    off = float(np.abs(np.array(scores[True]) - np.array(scores[False])).max())
    show("in process", len(asked), len(prompts[0]), seconds, off)


def at_the_server(asked: Sequence[Call], rounds: int) -> None:
    """The server's prompt cache against no cache."""
    from recaudit.adapters.language.local_server import LocalServer

    def served(**extra: object) -> LocalServer:
        return LocalServer(
            smollm2(),
            name="smollm2",
            parameters=SMOLLM2_PARAMETERS,
            concurrency=1,
            context=2048,
            decoding={"temperature": 0, **extra},
            timeout=600,
        )

    async def run(server: LocalServer) -> tuple[float, list[dict[str, float]], int | None]:
        await server.ask(asked[0])
        start = time.perf_counter()
        found = [await server.ask(call) for call in asked[1:]]
        seconds = time.perf_counter() - start
        await server.close()
        return seconds, [dict(one.logprobs) for one in found], found[0].tokens_in

    seconds: dict[bool, list[float]] = {True: [], False: []}
    scores: dict[bool, list[dict[str, float]]] = {}
    tokens = None
    for _ in range(rounds):
        for cached in (True, False):
            took, scores[cached], tokens = asyncio.run(run(served(cache_prompt=cached)))
            seconds[cached].append(took)
    off = max(abs(a["Yes"] - b["Yes"]) for a, b in zip(scores[True], scores[False], strict=True))
    show("server", len(asked) - 1, tokens, seconds, off)


def show(
    where: str, candidates: int, tokens: int | None, seconds: dict[bool, list[float]], off: float
) -> None:
    """Print a row."""
    shared, naive = (statistics.median(seconds[kept]) for kept in (True, False))
    times = f"{shared:.2f} | {naive:.2f} | {naive / shared:.1f}"
    print(f"| {where} | {candidates} | {tokens} | {times} | {off:.0e} |", flush=True)


def main() -> None:
    """Print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=20)
    parser.add_argument("--history", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    asked = calls(options.candidates, options.history)
    print("| where | candidates | prompt tokens | shared s | naive s | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|")
    in_process(asked, options.rounds)
    at_the_server(asked, options.rounds)


if __name__ == "__main__":
    main()
