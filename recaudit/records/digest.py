"""Ids made from content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import numpy as np


def digest_of(content: object) -> str:
    """SHA-256 of a JSON-serialisable value in canonical form.

    >>> digest_of([1, "a"])[:12]
    '2010945388e2'
    """
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"cannot digest a {type(value).__name__}; give numbers, text, lists and mappings")
