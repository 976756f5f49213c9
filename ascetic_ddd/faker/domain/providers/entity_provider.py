"""Provides an entity that lives inside an aggregate."""

from collections.abc import Callable
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.provider import Provider

__all__ = ("EntityProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class EntityProvider(CompositeValueProvider[I, O]):
    """Provides an entity: parts with an identity among them.

    Subclass it as a composite value, and name the part that is the id in ``_id_attr``.

    Args:
        output_factory: makes the entity from the parts' outputs by name.
        output_exporter: gives the entity's state as plain data.

    Raises:
        ConfigurationError: the class does not say which part is the id.
    """

    _id_attr: str

    def __init__(self, output_factory: Callable[..., O] | None = None, output_exporter: Callable[[O], I] | None = None) -> None:
        if not isinstance(getattr(self, "_id_attr", None), str):
            raise ConfigurationError(
                f"{type(self).__name__} has no _id_attr; name the attribute that provides the id, e.g. _id_attr = 'id'"
            )
        super().__init__(output_factory, output_exporter)

    @property
    def id_provider(self) -> Provider[Any, Any]:
        """The part that is the id.

        Raises:
            ConfigurationError: ``_id_attr`` names no part.
        """
        if self._parts is None:
            self.parts()
        return self._id_provider

    def _parts_found(self, parts: dict[str, Provider[Any, Any]]) -> None:
        super()._parts_found(parts)
        if self._id_attr not in parts:
            self._parts, self._named, self._steps = None, (), ()
            raise ConfigurationError(
                f"{self.path} has _id_attr = {self._id_attr!r}, but no annotated provider of that name; "
                f"it has {', '.join(parts) or 'none'}"
            )
        self._id_provider = parts[self._id_attr]

    def is_transient(self) -> bool:
        return self.id_provider.is_transient()
