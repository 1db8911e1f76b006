import pytest

from recaudit.errors import UnknownNameError
from recaudit.probes import PROBES
from recaudit.registry import Registry


def test_a_registered_object_is_found_by_its_name() -> None:
    registry: Registry[int] = Registry("number", "recaudit.tests.none")
    assert registry.register("one", 1) == 1
    assert registry.get("one") == 1
    assert "one" in registry
    assert registry.names() == ["one"]


def test_a_name_cannot_be_taken_twice() -> None:
    registry: Registry[int] = Registry("number", "recaudit.tests.none")
    registry.register("one", 1)
    with pytest.raises(ValueError, match="number 'one' is registered twice"):
        registry.register("one", 2)


def test_an_unknown_name_is_an_error_with_near_matches() -> None:
    registry: Registry[int] = Registry("number", "recaudit.tests.none")
    registry.register("three", 3)
    with pytest.raises(UnknownNameError, match="unknown number 'tree', did you mean 'three'"):
        registry.get("tree")


def test_entry_points_are_names_too() -> None:
    assert {"quality", "popularity"} <= set(PROBES.names())
    assert PROBES.get("quality").name == "quality"
