"""Which seed a test has: it follows from the run's seed and the test's name, not from the order or the worker."""

from typing import TYPE_CHECKING, Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import DEFAULT_SEED, seed_of

if TYPE_CHECKING:
    import pytest

__all__ = ("listed", "node_id_of", "run_seed", "seed_graphs", "seed_of_test")


def run_seed(config: "pytest.Config") -> int:
    """The seed of a run: ``--faker-seed``; else that of pytest-randomly, where it is at work; else 0."""
    for option in ("faker_seed", "randomly_seed"):
        seed = config.getoption(option, None)
        if isinstance(seed, int):
            return seed
    return DEFAULT_SEED


def node_id_of(item: "pytest.Item") -> str:
    """The test's name within the run, without the group that xdist adds."""
    group = item.get_closest_marker("xdist_group")
    if group is None:
        return item.nodeid
    name = group.args[0] if group.args else group.kwargs.get("name", "default")
    return item.nodeid.removesuffix(f"@{name}")


def seed_of_test(item: "pytest.Item") -> int:
    """The seed of one test's provider graphs."""
    return seed_of(run_seed(item.config), node_id_of(item))


def seed_graphs(graphs: Any, seed: int) -> list[Any]:
    """Seed a provider, or all in a tuple, list or dict. Returns the providers.

    Raises:
        ConfigurationError: there is something else among them.
    """
    found = listed(graphs)
    for graph in found:
        if not callable(getattr(graph, "seed", None)):
            raise ConfigurationError(
                f"{graph!r} is no aggregate provider; expected one, or a tuple, list or dict of such, from the function given "
                "to provider()"
            )
    for graph in _tops(found):
        graph.seed(seed)
    return found


def listed(graphs: Any) -> list[Any]:
    """A provider, or all in a tuple, list or dict."""
    return list(graphs.values()) if isinstance(graphs, dict) else list(graphs) if isinstance(graphs, (tuple, list)) else [graphs]


def _tops(graphs: list[Any]) -> list[Any]:
    """Those that no later one leads to, by which they would be seeded again."""
    tops: list[Any] = []
    reached: set[int] = set()
    for graph in reversed(graphs):
        if id(graph) not in reached:
            tops.append(graph)
            reached.update(map(id, graph.walk()))
    return tops[::-1]
