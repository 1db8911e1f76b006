from __future__ import annotations

import pytest

from recaudit.adapters.capabilities import capabilities_of
from recaudit.errors import UnknownNameError


def test_names_become_capabilities_and_others_are_refused() -> None:
    assert capabilities_of(["lists", "instructions"]) == {"lists", "instructions"}
    assert capabilities_of([]) == frozenset()
    with pytest.raises(UnknownNameError, match="unknown capability 'list', did you mean 'lists'"):
        capabilities_of(["lists", "list"])
