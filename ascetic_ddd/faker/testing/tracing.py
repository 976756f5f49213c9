"""What a test has drawn from, and what of a feature it is: kept with the test."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ascetic_ddd.faker.testing.seeds import run_seed, seed_of_test

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ascetic_ddd.faker.testing.background import Scene

__all__ = ("graphs_of", "note_graphs", "note_scene", "scene_of")

_GRAPHS = pytest.StashKey[list[Any]]()


def note_graphs(item: pytest.Item, graphs: "Iterable[Any]") -> None:
    """Note that a test draws from provider graphs."""
    item.stash.setdefault(_GRAPHS, []).extend(graphs)


def graphs_of(item: pytest.Item) -> list[Any]:
    """The provider graphs that a test draws from."""
    return item.stash.get(_GRAPHS, [])


_SCENE = pytest.StashKey["Scene"]()


def note_scene(item: pytest.Item, feature: Any, scenario: Any) -> None:
    """Note that a test is a scenario of pytest-bdd."""
    from ascetic_ddd.faker.testing.background import Scene

    grounds = [each.background for each in (feature, getattr(scenario, "rule", None)) if each is not None and each.background]
    steps = scenario.steps[: sum(len(background.steps) for background in grounds)]
    said = tuple((step.name, str(step.datatable and step.datatable.raw()), step.docstring) for step in steps)
    path, root = Path(feature.filename), item.config.rootpath
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    item.stash[_SCENE] = Scene(name, said, run_seed(item.config), seed_of_test(item))


def scene_of(item: pytest.Item) -> "Scene | None":
    """The scenario that a test is, once it has begun."""
    return item.stash.get(_SCENE, None)
