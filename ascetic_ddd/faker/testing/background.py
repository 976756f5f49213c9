"""The background of a feature, made once: its scenarios are savepoints in one transaction."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from ascetic_ddd.faker.application.runs.start import BatchStart
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.testing.seeds import listed, seed_graphs

if TYPE_CHECKING:
    from ascetic_ddd.faker.testing.rolled_back import RolledBackSession

__all__ = ("KeptBackground", "Scene")

Table = Sequence[Sequence[str]] | None


class KeptBackground:
    """What the scenarios of one feature share: a transaction, provider graphs, and what the background made by them.

    The first scenario makes it, sentence by sentence, and closes it. What comes then, and all of the scenarios after it, is in a
    savepoint and forgotten with it: rows, numbers of sequences, names, what the providers know and have drawn.

    Args:
        key: tells it from the backgrounds of other features.
        session: of the feature.
        savepoint: for the time of its block, the session is in a savepoint that is rolled back in the end.
        seed: of what the background draws.

    Attributes:
        names: what the background named, with its exported id.
        is_closed: all of it has been made.
    """

    def __init__(
        self, key: Hashable, session: "RolledBackSession", savepoint: Callable[[], AbstractContextManager[None]], seed: int
    ) -> None:
        self.key = key
        self.session = session
        self.seed = seed
        self._savepoint = savepoint
        self.names: dict[tuple[str, str], Any] = {}
        self._graphs: dict[str, Any] = {}
        self._made: list[tuple[str, Table]] = []
        self._next = 0
        self._starts: list[BatchStart] = []
        self.is_closed = False
        self._scenario: ExitStack | None = None

    def graphs(self, name: str, make: Callable[[], Any]) -> Any:
        """The provider graphs of this name, made and seeded when they are first asked for."""
        if name not in self._graphs:
            graphs = make()
            seed_graphs(graphs, self.seed)
            self._graphs[name] = graphs
        return self._graphs[name]

    def has(self, graphs: Any) -> bool:
        """Tell whether these are its graphs."""
        return any(graphs is each for each in self._graphs.values())

    def has_made(self, text: str, table: Table) -> bool:
        """Tell whether a sentence is the next one of what was made; if not, the caller makes it now."""
        if self.is_closed:
            is_next = self._next < len(self._made) and self._made[self._next] == (text, table)
            self._next += is_next
            return is_next
        self._made.append((text, table))
        return False

    def begin(self, seed: int) -> None:
        """A scenario begins, behind the background. The first one closes it.

        Args:
            seed: of what the scenario draws.
        """
        if not self.is_closed:
            self._starts = [BatchStart(graph) for graphs in self._graphs.values() for graph in listed(graphs)]
            for start in self._starts:
                start.mark()
            self.is_closed = True
            self._next = len(self._made)
        else:
            self._next = 0
        self._scenario = ExitStack()
        self._scenario.enter_context(self._savepoint())
        for graphs in self._graphs.values():
            seed_graphs(graphs, seed)

    def end(self) -> None:
        """The scenario is over: all is as it was behind the background, unless a database was lost.

        Raises:
            EndedInsideError: the transaction is not there any more.
        """
        if self._scenario is not None:
            scenario, self._scenario = self._scenario, None
            scenario.close()
            for start in self._starts:
                start.rewind()
            for graphs in self._graphs.values():
                for graph in listed(graphs):
                    graph.reset()


class Scene:
    """A scenario that is under way, and how far it is in its background.

    Args:
        feature: the path of its feature, the same on every machine.
        said: the steps of the background, as they are to be told from others; none: there is none.
        run_seed: of the run.
        seed: of the scenario.

    Attributes:
        kept: the background, once the scenario takes part in it.
    """

    def __init__(self, feature: str, said: tuple[Hashable, ...], run_seed: int, seed: int) -> None:
        self.kept: KeptBackground | None = None
        self._key = (feature, said)
        self._background_seed = seed_of(run_seed, f"{feature}: {said}")
        self._seed = seed
        self._left = len(said)
        self._is_over = not said

    @property
    def has_background(self) -> bool:
        """True if there is something to be made once."""
        return bool(self._key[1])

    @contextmanager
    def inside(
        self, scenario: Callable[[Hashable, int, int], AbstractContextManager[KeptBackground]]
    ) -> Iterator[KeptBackground]:
        """Take part in the background, by the ``scenario`` of the databases."""
        with scenario(self._key, self._background_seed, self._seed) as kept:
            self.kept = kept
            self._close()
            yield kept

    def reached(self, *, is_sentence: bool) -> None:
        """The next step begins; ``is_sentence``: it is one of the vocabulary, which alone can be made once."""
        self._is_over = self._is_over or not is_sentence or not self._left
        self._left -= 1
        self._close()

    def _close(self) -> None:
        if self._is_over and self.kept is not None and not self.kept.is_closed:
            self.kept.begin(self._seed)
