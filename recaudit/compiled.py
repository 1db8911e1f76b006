"""Compiling a loop to machine code, with or without a folder to keep the result in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile with numba; the machine code is kept on disk where a cache folder can be written.

    Without such a folder (a read-only installation and no home) the function is compiled again in each
    process.
    """
    try:
        return cast("Function", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:
        return cast("Function", numba.njit(nogil=True)(function))
