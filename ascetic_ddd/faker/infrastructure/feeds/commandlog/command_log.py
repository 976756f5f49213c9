"""A log of commands as a way into the application: what a graph makes becomes chains of commands with times and shards."""

from collections.abc import Callable, Sequence
from typing import Any

from ascetic_ddd.faker.application.runs.stored_parts import Leaf, stored_parts
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import id_name
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.repositories import sides_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.chains import Chain
from ascetic_ddd.faker.infrastructure.feeds.commandlog.logging_repository import Answer, CommandLogRepository, Hearing
from ascetic_ddd.faker.infrastructure.feeds.commandlog.schedule import Schedule
from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import CommandForm
from ascetic_ddd.faker.infrastructure.transports.route import Route

__all__ = ("CommandLog",)


class CommandLog:
    """Collects the commands of a graph whose repositories it has given.

    Args:
        seed: of the run; begins the ids of the commands.
        by: what decides the shard, as a path in the root's state, ``customer_id``: if it is a reference, what it leads to has the
            key, and so has all that refers to it, directly or by way of others; else those have it that have such a part.
        routes: how commands are sent over HTTP; for renderings that want it.
        needs_routes: a command without one is refused.
    """

    def __init__(self, *, seed: int = 0, by: str | None = None, routes: Sequence[Route] = (), needs_routes: bool = False) -> None:
        self._seed = seed
        self._by = tuple(by.split(".")) if by else None
        self._routes = {route.command: route for route in routes}
        self._needs_routes = needs_routes
        self._forms: dict[type, CommandForm] = {}
        self._repositories: list[CommandLogRepository[Any]] = []
        self._root: CommandLogRepository[Any] | None = None
        self._made: list[Chain] = []
        self.depth = 0

    def repository(
        self,
        *,
        ids: Callable[[int], Any] | None = None,
        id_field: str | None = None,
        id_attr: str = "id",
        answer: Answer | None = None,
        hearing: Hearing | None = None,
    ) -> "CommandLogRepository[Any]":
        """Give the repository of one provider.

        Args:
            ids: number → the id, or the part of it, that the application would give; by default the number itself: from 1 on, or
                after the greatest id that is stored before the feed.
            id_field: the field of the first command that tells this id; by default the one called ``id_attr``.
            id_attr: the name of the part that is the id.
            answer: draft → parts that the application would decide, by name, where later commands need them.
            hearing: is told the state of each aggregate, also of those that were stored before the feed: for ``answer`` to know.
        """
        found: CommandLogRepository[Any] = CommandLogRepository(
            self, ids or _as_it_is, id_field or id_attr, id_attr, answer, hearing
        )
        self._repositories.append(found)
        return found

    def attach(self, provider: AggregateProvider[Any, Any]) -> None:
        """Learn how the aggregates of the graph refer to one another.

        Raises:
            ConfigurationError: a repository is not of this log, or of two providers; or there is no such part as ``by``.
        """
        if not isinstance(provider, AggregateProvider):
            raise ConfigurationError(f"Feed(to_log): it gave {provider!r}; expected the root's provider: does it `return` one?")
        graph = [each for each in provider.walk() if isinstance(each, AggregateProvider)]
        owners: dict[int, AggregateProvider[Any, Any]] = {}
        names: set[str] = set()
        for each in graph:
            repository = _logging(each)
            if owners.setdefault(id(repository), each).memory is not each.memory:
                raise ConfigurationError(f"{each.path}: its log.repository() is another provider's, too; give each its own")
            if repository.path:
                continue
            name, number = each.path, 2
            while name in names:
                name, number = f"{each.path}#{number}", number + 1
            names.add(name)
            references = [(part, path) for part, path in stored_parts(each) if isinstance(part, ReferenceProvider)]
            repository.attach(
                name,
                f"{self._seed}/{name}/",
                [(path, _logging(part.source.aggregate_provider)) for part, path in references],
            )
        self._root = _logging(provider)
        self.depth = _levelled([_logging(each) for each in graph], self._root)
        self._share_keys(provider)

    def form(self, command_class: type) -> CommandForm:
        """Give what turns commands of this class into words.

        Raises:
            ConfigurationError: it has no route, and needs one.
        """
        form = self._forms.get(command_class)
        if form is None:
            route = self._routes.get(command_class)
            if route is None and self._needs_routes:
                raise ConfigurationError(
                    f"{command_class.__name__} has no route, so there is no HTTP form of it; add Route({command_class.__name__}, "
                    f"'POST /…') to the feed's routes, which are {', '.join(map(str, self._routes.values())) or 'none'}"
                )
            form = self._forms[command_class] = CommandForm(command_class, route)
        return form

    def collect(self, chain: Chain) -> None:
        """Take the commands of an aggregate."""
        self._made.append(chain)

    def drop(self) -> None:
        """Give up what was collected last: its transaction rolls back."""
        self._made.pop()

    def hand_over(self, schedule: Schedule) -> None:
        """Give what was committed to the schedule: each root with what it is the first to use, and then its children."""
        made, self._made = self._made, []
        roots, children, others = [], dict[int, list[Chain]](), []
        of_roots: set[int] = set()
        root = self._root.prefix if self._root is not None else ""
        for chain in made:
            if chain.name.startswith(root):
                roots.append(chain)
                of_roots.add(id(chain))
                continue
            parent = next((need for need in chain.needs if id(need) in of_roots), None)
            if parent is not None:
                children.setdefault(id(parent), []).append(chain)
                of_roots.add(id(chain))
            else:
                others.append(chain)
        for chain in roots:
            schedule.arrive(chain)
            waiting = children.get(id(chain), [])
            for child in waiting:  # and theirs, as they come
                schedule.supply(child)
                waiting += children.get(id(child), [])
        for chain in others:
            schedule.supply(chain)
        schedule.release()

    def _share_keys(self, provider: AggregateProvider[Any, Any]) -> None:
        if self._by is None:
            return
        part = _part_at(provider, self._by)
        owner = _logging(part.source.aggregate_provider) if isinstance(part, ReferenceProvider) else None
        if part is None:
            known = ", ".join(".".join(path) for _, path in stored_parts(provider))
            raise ConfigurationError(f"by={'.'.join(self._by)!r}: {provider.path} has no such part; its parts are {known}")
        for each in {id(found): found for found in self._repositories}.values():
            each.share_key(self._by, owner)


def _part_at(provider: AggregateProvider[Any, Any], wanted: tuple[str, ...]) -> Leaf | None:
    """The part at a path, also within the id of what a reference leads to."""
    for part, path in stored_parts(provider):
        if path == wanted:
            return part
        if path == wanted[: len(path)] and isinstance(part, ReferenceProvider):
            target = part.source.aggregate_provider
            return _part_at(target, (id_name(target), *wanted[len(path) :]))
    return None


def _as_it_is(number: int) -> int:
    return number


def _logging(provider: AggregateProvider[Any, Any]) -> CommandLogRepository[Any]:
    external, internal = sides_of(provider.repository)
    found = external if external is not None else internal
    if not isinstance(found, CommandLogRepository):
        raise ConfigurationError(
            f"{provider.path}: its repository is {type(found).__name__}; expected log.repository(), alone or as the external side"
        )
    if found.id_attr != id_name(provider):
        raise ConfigurationError(f"{provider.path}: log.repository(id_attr={found.id_attr!r}): the id is {id_name(provider)!r}")
    return found


def _levelled(graph: Sequence[CommandLogRepository[Any]], root: CommandLogRepository[Any]) -> int:
    """Give each kind its level: the longest way that references lead from those that nobody refers to, the root's being 0.

    Circles are left out: there nobody knows who comes first. What refers to the root has a level below 0.

    Returns:
        The highest level.
    """
    levels = {id(each): 0 for each in graph}

    def go(way: list[CommandLogRepository[Any]]) -> None:
        for _, target in way[-1].references:
            if levels[id(target)] < len(way) + first and not any(target is each for each in way):
                levels[id(target)] = len(way) + first
                go([*way, target])

    for each in graph:
        first = levels[id(each)]
        go([each])
    for each in graph:
        each.level = levels[id(each)] - levels[id(root)]
    return max(each.level for each in graph)
