"""What composite values, entities and aggregates share: parts, completed in order, of which a factory makes the object."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from ascetic_ddd.faker.domain.blueprint.nodes import Node, Parts
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.failures import noted
from ascetic_ddd.faker.domain.providers.parts import found_parts
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.stepped import Stepped
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Composed", "leaves")

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class Composed(Stepped[I, O]):
    """A provider with parts. Its subclass says what may be told of the whole."""

    _composed: "tuple[Composed[Any, Any], ...]" = ()
    _plain = False
    _part_names: ClassVar[tuple[str, ...] | None] = None
    _output_exporter: Callable[[O], I] | None = None

    def parts(self) -> dict[str, Provider[Any, Any]]:
        parts = self._parts
        if parts is None:
            parts = self._parts = found_parts(self)
            self._named = tuple(parts.items())
            self._composed = tuple(part for part in parts.values() if isinstance(part, Composed))
            for part in self._composed:
                part.parts()
            self._is_tied = any(part._is_tied for part in parts.values())
            self._plain = all(part._is_plain for part in parts.values())
            self._layouts = {}
            self._put_off(())
            self._compile()
            self._parts_found(parts)
        return parts

    def _parts_found(self, parts: dict[str, Provider[Any, Any]]) -> None:
        """Compute once what follows from the parts."""

    def reset(self) -> None:
        self._look_for_parts()
        self._clear()

    def _look_for_parts(self) -> bool:
        """Find the parts, anew if another provider was put in the place of one, here or below. Returns True if so."""
        attributes = self.__dict__
        is_new = self._parts is None
        for name, part in self._named:
            if attributes.get(name, part) is not part:
                is_new = True
        for owner in self._composed:
            is_new = owner._look_for_parts() or is_new
        if is_new:
            self._parts = None
            self.parts()
        return is_new

    def _known(self) -> I | None:
        if self._slot.is_null:
            return None
        return {name: part._known() for name, part in self._named or self.parts().items()}  # type: ignore[return-value]

    def is_complete(self) -> bool:
        return self._slot.is_done or self._slot.is_null or all(part.is_complete() for part in self.parts().values())

    def is_transient(self) -> bool:
        return not self._slot.is_null and any(part.is_transient() for part in self.parts().values())

    def export(self, output: O) -> I:
        """The input of a given output."""
        if self._output_exporter is None:
            raise ConfigurationError(f"{self.path} has no output_exporter; give one to read {output!r} back")
        return self._output_exporter(output)

    async def create(self, session: ISession) -> O:
        slot = self._slot
        if slot.output is NOTHING:
            if not slot.is_done:
                await self.populate(session)
            rows = self._root()._rows
            if rows is not None:
                rows.make_at_once()
            if slot.is_null:
                slot.output = None
            elif self._plain:
                self._build()
            else:
                slot.output = self._call_factory(await self._outputs(session))
        return slot.output  # type: ignore[no-any-return]

    @property
    def _is_plain(self) -> bool:
        self.parts()
        return self._plain and not self._overrides_create

    async def _outputs(self, session: ISession) -> dict[str, Any]:
        """The parts' outputs by name, as the factory takes them, where some have to be waited for."""
        return {name: part._build() if part._is_plain else await part.create(session) for name, part in self._for_factory()}

    def _for_factory(self) -> Iterable[tuple[str, Provider[Any, Any]]]:
        """The parts whose outputs the factory takes."""
        return self.parts().items()

    def _call_factory(self, outputs: dict[str, Any]) -> Any:
        try:
            return self._factory()(**outputs)
        except Exception as error:
            self._failed(error, self._known())
            raise

    def _node(self) -> Node:
        parts = tuple((name, part._node()) for name, part in self._for_factory())
        return Parts(self._slot, self._factory(), parts, self._failed, self._known)

    def _factory(self) -> Callable[..., Any]:
        factory = self._output_factory or self._inferred_factory()
        if factory is None:
            raise ConfigurationError(f"{self.path} has no output_factory; give the class or function that makes the object")
        return factory

    def _failed(self, error: BaseException, input: Any) -> None:
        noted(error, self, input)

    def _detach(self) -> None:
        super()._detach()
        self._parts = None
        self._named, self._steps, self._composed = (), (), ()
        self._cleared, self._clears = (), ()

    def _adopt(self, input: Any) -> None:
        if type(input) is dict or isinstance(input, Mapping):
            for name, part in self._named:
                if name in input:
                    part._adopt(input[name])
        self._slot.is_done = True


def leaves(owner: Provider[Any, Any]) -> Iterator[Provider[Any, Any]]:
    """The parts of an object that have no parts of their own, in the order in which they are completed."""
    for part in owner.parts().values():
        if isinstance(part, Composed):
            yield from leaves(part)
        else:
            yield part
