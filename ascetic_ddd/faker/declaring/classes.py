"""The bases of declared providers."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, Generic, TypeVar, cast

from ascetic_ddd.faker.declaring.declaration import Declared
from ascetic_ddd.faker.declaring.exporting import exported
from ascetic_ddd.faker.declaring.finding import Known
from ascetic_ddd.faker.declaring.recipe import Place, Recipe
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.repositories import IExternalRepository

__all__ = ("Aggregate", "Composite", "Entity")

M = TypeVar("M")
T = TypeVar("T")


class Aggregate(Declared, AggregateProvider[dict[str, Any], T], Generic[T]):
    """Provides an aggregate whose parts are declared on the class.

    The part called ``id`` is the id, unless ``_id_attr`` names another. A class in the body that is a :class:`Composite` or an
    :class:`Entity` is a part. The aggregate is made by ``T``, or by the class's ``factory=``; its state is read as
    :func:`~ascetic_ddd.faker.declaring.exporting.exported` does, or by the class's ``exporter=``. A subclass may give parts
    plain values (``status = "blocked"``): they are that, unless another is told.

    Args:
        repository: stores the aggregates; only ``insert`` is needed.
        providers: of what the parts refer to, directly or behind those; or the ``Providers`` that make them.

    Raises:
        ConfigurationError: the parts and what the factory takes do not fit, or a recipe does not hold together.

    Example::

        class BookProvider(Aggregate[Book]):
            id = given()
            author_id = reference(AuthorProvider, weights=[0.7, 0.2, 0.07, 0.03], mean=50)
            title = value("sentence", nb_words=3)

        books = BookProvider(repository, authors)
    """

    _id_attr = "id"

    @classmethod
    def of(cls, model: type[M], /, *, id_attr: str | None = None, **parts: Any) -> "type[Aggregate[M]]":
        """A provider of a model: the parts that are told, and for all other fields what the model says of them.

        A dataclass, a class of attrs, pydantic or msgspec, a TypedDict, or a mapped class of SQLAlchemy, whose foreign keys
        become references. Fields are drawn by their types, constraints and names as ``faker.schema`` draws them; value objects
        and lists of them are made of their own fields. A default other than None stays, unless another value is told. Needs
        the extra ``pydantic``.

        Args:
            model: the class of the aggregates.
            id_attr: the field that is the id; None: ``id``, or the primary key.
            parts: recipes, or plain values, by the names of the fields.

        Raises:
            ConfigurationError: a field cannot be drawn: it tells field, type, and what to do.

        Example::

            BookProvider = Aggregate.of(Book, author_id=reference(AuthorProvider, skew=2, mean=10))
        """
        return cast("type[Aggregate[M]]", _derived(cls, model, parts, id_attr))

    def __init__(self, repository: IExternalRepository[T], *providers: AggregateProvider[Any, Any] | Known) -> None:
        known = _known(providers)
        known.begin(self)
        factory = self._declare_parts(known)
        super().__init__(repository, factory, self._declaration.state_of)


class Composite(Declared, CompositeValueProvider[dict[str, Any], T], Generic[T]):
    """Provides a value object of several parts, declared on the class.

    Words on the class say what may be said of the whole, as ``CompositeValueProvider`` takes it: ``null_weight``, ``unique`` and
    ``unordered``: ``class address(Composite[Address], null_weight=0.2)``.

    Args:
        providers: of what the parts refer to, directly or behind those.
    """

    _options: ClassVar[Mapping[str, Any]] = {}
    _as_recipe: ClassVar[Recipe]

    @classmethod
    def of(cls, model: type[M], /, **parts: Any) -> "type[Composite[M]]":
        """A provider of a value object: the parts that are told, and for all other fields what the model says of them.

        As :meth:`Aggregate.of`.
        """
        return cast("type[Composite[M]]", _derived(cls, model, parts, None))

    def __init_subclass__(
        cls, *, null_weight: float | None = None, unique: bool | None = None, unordered: bool | None = None, **kwargs: Any
    ) -> None:
        told = {"null_weight": null_weight, "unique": unique, "unordered": unordered}
        cls._options = {**cls._options, **{name: option for name, option in told.items() if option is not None}}
        super().__init_subclass__(**kwargs)
        cls._as_recipe = _Nested(cls)

    def __init__(self, *providers: AggregateProvider[Any, Any] | Known) -> None:
        factory = self._declare_parts(_known(providers))
        super().__init__(factory, self._declaration.exporter or exported, **self._options)


class Entity(Declared, EntityProvider[dict[str, Any], T], Generic[T]):
    """Provides an entity inside an aggregate, with parts declared on the class; the one called ``id`` is its id.

    Args:
        providers: of what the parts refer to, directly or behind those.
    """

    _id_attr = "id"
    _as_recipe: ClassVar[Recipe]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._as_recipe = _Nested(cls)

    def __init__(self, *providers: AggregateProvider[Any, Any] | Known) -> None:
        super().__init__(self._declare_parts(_known(providers)), self._declaration.exporter or exported)


class _Nested(Recipe):
    """A class in the body of another."""

    def __init__(self, cls: Any) -> None:
        self._class = cls

    def resolved(self, place: Place) -> Provider[Any, Any]:
        return cast("Provider[Any, Any]", self._class(place.providers))


def _derived(cls: type[Any], model: Any, parts: dict[str, Any], id_attr: str | None) -> Any:
    deriving = import_module(f"{__package__}.deriving")  # which needs an extra, and these classes
    return deriving.derived_class(cls, model, parts, id_attr)


def _known(providers: tuple[Any, ...]) -> Known:
    if any(isinstance(provider, Known) for provider in providers):
        if len(providers) > 1:
            raise ConfigurationError(f"{providers!r}: expected providers, or the Providers that make them")
        return cast(Known, providers[0])
    return Known(providers)
