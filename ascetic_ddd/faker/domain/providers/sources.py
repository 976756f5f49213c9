"""The parts of an object that another one is drawn after: where they are, and that they are in no circle."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composed import Composed, leaves
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Source", "check_circle", "direct_sources", "found_source", "object_of")

_Any = Provider[Any, Any]


class Source(NamedTuple):
    """A part that another one follows."""

    part: _Any
    optional: Any
    """The optional value that it is a part of, if the other one is not in there, too: null as a whole, the part is null."""

    def complete(self, session: ISession) -> Pending:
        """Have it drawn, if it is not."""
        part = self.part if self.optional is None else self.optional
        return None if part._slot.is_done or part._slot.is_null else part._step(session)

    @property
    def input(self) -> Any:
        """What was told, or drawn."""
        return None if self.optional is not None and self.optional._slot.is_null else self.part._known()


def object_of(provider: _Any) -> _Any:
    """The object that a part belongs to: the aggregate, or an entity in a list of its own."""
    while provider._owner is not None and not provider._owner._holds_objects:
        provider = provider._owner
    return provider


def check_circle(part: _Any) -> None:
    """Follow what the parts are drawn after: ties, ``given=``, and what is computed.

    Raises:
        ConfigurationError: it leads back to the part.
    """
    seen: dict[int, _Any] = {}
    waiting: list[_Any] = list(part.follows())
    while waiting:
        each = waiting.pop()
        if each is part:
            names = " and ".join(dict.fromkeys([part.path, *(other.path for other in seen.values())]))
            raise ConfigurationError(f"{names} are tied in a circle; leave one of the ties, given= or computed parts, out")
        if id(each) not in seen:
            seen[id(each)] = each
            waiting += (*each.follows(), *each.parts().values())


def direct_sources(part: _Any, given: Given) -> Iterator[_Any]:
    """The parts that have to be complete before this one, those of an optional value included."""
    for path in given.parts:
        source = found_source(part, path)
        yield source.part
        if source.optional is not None:
            yield from leaves(source.optional)


def found_source(asker: _Any, path: str) -> Source:
    """The part at a path: its first name is looked for beside the part that asks, then around that, up to the object.

    Raises:
        ConfigurationError: there is no such part, or it cannot be drawn before the one that asks.
    """
    top = object_of(asker)
    holder = asker._owner
    names = path.split(".")
    while holder is not None and names[0] not in holder.parts() and holder is not top:
        holder = holder._owner
    part, optional = holder, None
    owners = set(map(id, _owners(asker)))
    for name in names:
        parts = part.parts() if isinstance(part, Composed) else {}
        if name not in parts:
            raise ConfigurationError(f"{asker.path} is given {path!r}, but there is no such part; {_near(path, asker, top)}")
        if optional is None and part.distributor is not None and id(part) not in owners and isinstance(part, Composed):
            optional = part
        part = parts[name]
    if part is asker or isinstance(part, Composed) or getattr(part, "is_given", False):
        reason = (
            "itself" if part is asker else "which the database gives" if getattr(part, "is_given", False) else "which has parts"
        )
        raise ConfigurationError(f"{asker.path} is given {path!r}, {reason}; name a value or a reference that is drawn before it")
    return Source(part, optional)


def _owners(part: _Any) -> Iterator[_Any]:
    while part._owner is not None:
        part = part._owner
        yield part


def _near(path: str, asker: _Any, top: _Any) -> str:
    below = list(_paths(top))
    near = get_close_matches(path, [*below, *(each.rpartition(".")[2] for each in below)], n=1, cutoff=0.5)
    return f"do you mean {near[0]!r}?" if near else f"{top.path} has {', '.join(below) or 'none'}"


def _paths(owner: _Any, before: Sequence[str] = ()) -> Iterator[str]:
    for name, part in owner.parts().items():
        if isinstance(part, Composed):
            yield from _paths(part, (*before, name))
        else:
            yield ".".join((*before, name))
