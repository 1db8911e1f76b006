"""A language model in a GGUF file, served by llama.cpp on this machine and asked like any endpoint."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recaudit.adapters.language.model import Call, Gives
from recaudit.adapters.language.openai_chat import OpenAIChat, openai_model
from recaudit.errors import PrerequisiteError, SystemFailureError
from recaudit.records import Exchange

if TYPE_CHECKING:
    import xllamacpp

NO_KEY = "RECAUDIT_NO_KEY"
"""Names no key: the server listens on loopback and wants none."""


class LocalServer:
    """Starts a server with the first call and stops it when closed.

    Args:
        weights: The GGUF file.
        name: Of the model.
        parameters: Their number, None when unknown.
        concurrency: Calls served at once.
        context: Tokens of one conversation.
        decoding: Temperature and other decoding settings.
        timeout: Seconds for one call.
    """

    gives: frozenset[Gives] = frozenset({"text", "logprobs", "schema"})

    def __init__(
        self,
        weights: Path,
        *,
        name: str,
        parameters: int | None,
        concurrency: int,
        context: int,
        decoding: Mapping[str, Any],
        timeout: float,
    ) -> None:
        self.name, self.parameters, self.concurrency = name, parameters, concurrency
        self._weights, self._context, self._timeout = weights, context, timeout
        self._decoding = dict(decoding)
        self._chat: OpenAIChat | None = None
        self._server: xllamacpp.Server | None = None
        self._starting = asyncio.Lock()
        self.settings = {
            "server": f"xllamacpp {_version()}",
            "weights": f"{weights.name}, SHA-256 {_digest(weights)[:16]}",
            "context": str(context),
            **{key: str(value) for key, value in self._decoding.items()},
        }

    async def ask(self, call: Call) -> Exchange:
        """Make one call.

        Raises:
            ModelCallError: If this call failed for good.
            SystemFailureError: If the server cannot be started.
        """
        async with self._starting:
            if self._chat is None:
                self._chat = await asyncio.to_thread(self._start)
        return await self._chat.ask(call)

    async def close(self) -> None:
        """Stop the server."""
        if self._chat is not None:
            await self._chat.close()
        self._chat = None
        self._server = None
        self._starting = asyncio.Lock()  # one that was waited for belongs to the loop that ends here

    def _start(self) -> OpenAIChat:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = str(self._weights)
        params.model_alias = {self.name}  # otherwise answers carry the path of the file
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.n_parallel = self.concurrency
        params.n_ctx = self._context * self.concurrency
        params.verbosity = -1
        params.cache_prompt = True
        try:
            self._server = xllamacpp.Server(params)
        except Exception as error:
            raise SystemFailureError(f"llama.cpp cannot serve {self._weights.name}: {error}") from error
        return openai_model(
            model=self.name,
            base_url=f"{self._server.listening_address}/v1",
            key_variable=NO_KEY,
            llm_parameters=self.parameters,
            temperature=None,
            extra=self._decoding,
            timeout=self._timeout,
            retries=0,
            concurrency=self.concurrency,
        )


def require_server() -> None:
    """Refuse to go on without llama.cpp.

    Raises:
        PrerequisiteError: If it is not installed.
    """
    try:
        import xllamacpp  # noqa: F401
    except ModuleNotFoundError as error:
        raise PrerequisiteError(
            "the adapter 'local' needs the package xllamacpp, which is not installed; "
            "run: pip install 'recaudit[local]'"
        ) from error


def _version() -> str:
    from importlib.metadata import version

    return version("xllamacpp")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
