"""What a test has drawn from, kept with the test: for the words about its failure, and for the report of the run."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("graphs_of", "note_graphs")

_GRAPHS = pytest.StashKey[list[Any]]()


def note_graphs(item: pytest.Item, graphs: "Iterable[Any]") -> None:
    """Note that a test draws from provider graphs."""
    item.stash.setdefault(_GRAPHS, []).extend(graphs)


def graphs_of(item: pytest.Item) -> list[Any]:
    """The provider graphs that a test draws from."""
    return item.stash.get(_GRAPHS, [])
