"""Language models as adapters: an endpoint, a model in this process, a small model served here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recaudit.adapters.language.recommender import language_recommender
from recaudit.datasets import AuditData
from recaudit.records import Recommender


def openai(
    data: AuditData,
    *,
    model: str,
    base_url: str | None = None,
    key_variable: str = "OPENAI_API_KEY",
    task: str = "generate",
    template: str | None = None,
    noun: str = "films",
    history: int = 20,
    tokens_per_item: int = 24,
    shots: int = 0,
    schema: bool = False,
    llm_parameters: int | None = None,
    tuned: bool = False,
    logprobs: bool = True,
    json_schema: bool = True,
    temperature: float = 0.0,
    top_p: float | None = None,
    extra: Mapping[str, Any] | None = None,
    limit_name: str = "max_tokens",
    timeout: float = 60.0,
    retries: int = 4,
    concurrency: int = 8,
    requests_per_minute: float | None = None,
    tokens_per_minute: float | None = None,
    version: str = "",
    description: str = "",
) -> Recommender:
    """A model behind an OpenAI-compatible endpoint; the key comes from the environment and is never stored.

    Args:
        data: The catalogue and its titles.
        model: Its name at the endpoint.
        base_url: Such as "http://localhost:8000/v1"; OpenAI's own without it.
        key_variable: The environment variable that holds the key.
        task: "generate", "listwise", "letters", "pointwise", "rating" or "pairwise".
        template: A prompt template of that task, or the path of one.
        noun: What the items are, in the plural.
        history: Items of a history that are shown, the newest ones.
        tokens_per_item: Most tokens written for one item of a list.
        shots: Questions about other users with their answers, from the training data, before each question.
        schema: Whether lists of candidates are asked for by a JSON schema.
        llm_parameters: The model's number of parameters.
        tuned: Whether the model was tuned for recommendation.
        logprobs: Whether the endpoint gives log-probabilities.
        json_schema: Whether it can follow a JSON schema.
        temperature: 0 asks for the likeliest words; a number below 0 leaves the endpoint's default.
        top_p: No value leaves the endpoint's default.
        extra: Other fields of the request body.
        limit_name: The field that bounds the answer; newer OpenAI models want "max_completion_tokens".
        timeout: Seconds for one try.
        retries: After 408, 409, 429, 5xx, timeouts and broken connections, honouring Retry-After.
        concurrency: Calls under way at once.
        requests_per_minute: No limit without it.
        tokens_per_minute: No limit without it.
        version: Whatever tells two releases apart.
        description: One sentence for the report.
    """
    from recaudit.adapters.language.openai_chat import openai_model

    asked = openai_model(
        model=model,
        base_url=base_url,
        key_variable=key_variable,
        llm_parameters=llm_parameters,
        logprobs=logprobs,
        json_schema=json_schema,
        temperature=temperature if temperature >= 0 else None,
        top_p=top_p,
        extra=extra,
        limit_name=limit_name,
        timeout=timeout,
        retries=retries,
        concurrency=concurrency,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
    )
    return language_recommender(
        data,
        asked,
        task=task,
        template=template,
        noun=noun,
        history=history,
        tokens_per_item=tokens_per_item,
        shots=shots,
        schema=schema,
        tuned=tuned,
        version=version,
        description=description,
    )


def transformers(
    data: AuditData,
    *,
    path: str,
    task: str = "generate",
    template: str | None = None,
    noun: str = "films",
    history: int = 20,
    tokens_per_item: int = 24,
    shots: int = 0,
    tuned: bool = False,
    temperature: float = 0.0,
    version: str = "",
    description: str = "",
) -> Recommender:
    """A causal or sequence-to-sequence model in this process; needs the extra 'local'.

    Args:
        data: The catalogue and its titles.
        path: A folder made by `save_pretrained`, or a GGUF file; nothing is downloaded.
        task: "generate", "listwise", "letters", "pointwise", "rating", "pairwise" or "likelihood".
        template: A prompt template of that task, or the path of one.
        noun: What the items are, in the plural.
        history: Items of a history that are shown, the newest ones.
        tokens_per_item: Most tokens written for one item of a list.
        shots: Questions about other users with their answers, from the training data, before each question.
        tuned: Whether the model was tuned for recommendation.
        temperature: 0 writes the likeliest token each time; above it, tokens are drawn by each request's seed.
        version: Whatever tells two releases apart.
        description: One sentence for the report.
    """
    from recaudit.adapters.language.transformers_model import load_transformers

    return language_recommender(
        data,
        load_transformers(path, temperature=temperature),
        task=task,
        template=template,
        noun=noun,
        history=history,
        tokens_per_item=tokens_per_item,
        shots=shots,
        tuned=tuned,
        version=version,
        description=description,
    )


def local(
    data: AuditData,
    *,
    weights: str | None = None,
    task: str = "generate",
    template: str | None = None,
    noun: str = "films",
    history: int = 20,
    tokens_per_item: int = 24,
    shots: int = 0,
    schema: bool = False,
    temperature: float = 0.0,
    repeat_penalty: float = 1.1,
    context: int = 2048,
    concurrency: int = 2,
    timeout: float = 600.0,
    version: str = "",
    description: str = "",
) -> Recommender:
    """A small language model served on this machine by llama.cpp, without a key; needs the extra 'local'.

    It is SmolLM2-135M-Instruct, fetched once (93 MB), unless other weights are given. It repeats and invents titles and
    refuses at times; its results say nothing about language models in general.

    Args:
        data: The catalogue and its titles.
        weights: A GGUF file; SmolLM2-135M-Instruct without it.
        task: "generate", "listwise", "letters", "pointwise", "rating" or "pairwise".
        template: A prompt template of that task, or the path of one.
        noun: What the items are, in the plural.
        history: Items of a history that are shown, the newest ones.
        tokens_per_item: Most tokens written for one item of a list.
        shots: Questions about other users with their answers, from the training data, before each question.
        schema: Whether lists of candidates are asked for by a JSON schema.
        temperature: 0 writes the likeliest token each time; above it, tokens are drawn by each request's seed.
        repeat_penalty: Above 1 keeps a small model from repeating itself.
        context: Tokens of one conversation.
        concurrency: Calls served at once.
        timeout: Seconds for one call.
        version: Whatever tells two releases apart.
        description: One sentence for the report.
    """
    from recaudit.adapters.language.local_server import LocalServer, require_server
    from recaudit.adapters.language.weights import SMOLLM2_NAME, SMOLLM2_PARAMETERS, own_weights, smollm2

    require_server()
    file = smollm2() if weights is None else own_weights(weights)
    served = LocalServer(
        file,
        name=SMOLLM2_NAME if weights is None else file.stem,
        parameters=SMOLLM2_PARAMETERS if weights is None else None,
        concurrency=concurrency,
        context=context,
        decoding={"temperature": temperature, "repeat_penalty": repeat_penalty},
        timeout=timeout,
    )
    return language_recommender(
        data,
        served,
        task=task,
        template=template,
        noun=noun,
        history=history,
        tokens_per_item=tokens_per_item,
        shots=shots,
        schema=schema,
        version=version,
        description=description,
    )
