"""What a class declares: gathered once, when the class is made."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar, get_args, get_origin

from typing_extensions import get_original_bases

from ascetic_ddd.faker.declaring.exporting import exported, state_exporter_of
from ascetic_ddd.faker.declaring.kinds import ByKind
from ascetic_ddd.faker.declaring.reading import hints_of, parameters_of
from ascetic_ddd.faker.declaring.recipe import IFinding, Place, Recipe, as_recipe
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.parts import part_names
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.values.names import there_is

__all__ = ("Declaration", "Declared", "declaration_of")

_METHODS = (classmethod, property, staticmethod)


@dataclasses.dataclass(frozen=True)
class Declaration:
    """What a class declares, with its ancestors.

    Attributes:
        recipes: of the parts, by name.
        model: the class of the objects, as ``Aggregate[Book]`` names it; None while it is open.
        factory: makes them; by default the model.
        exporter: gives their state; by default as ``exported`` does.
    """

    recipes: Mapping[str, Recipe]
    model: Any
    factory: Callable[..., Any] | None
    exporter: Callable[[Any], Any] | None

    @cached_property
    def maker(self) -> Callable[..., Any] | None:
        """What makes the objects."""
        return self.factory or (self.model if isinstance(self.model, type) else get_origin(self.model))

    @cached_property
    def hints(self) -> Mapping[str, Any]:
        """The types of what the factory takes, by name."""
        return {} if self.maker is None else hints_of(self.maker)

    @cached_property
    def state_of(self) -> Callable[[Any], Any]:
        """What gives the state of an object.

        Raises:
            ConfigurationError: the model tells it in no known way.
        """
        if self.exporter is not None:
            return self.exporter
        if isinstance(self.factory, ByKind):
            return self.factory.state_of
        return state_exporter_of(self.model) if isinstance(self.model, type) else exported


class Declared:
    """A provider whose class declares recipes. Its subclasses say what it provides."""

    _declaration = Declaration({}, None, None, None)

    def __init_subclass__(
        cls,
        *,
        factory: Callable[..., Any] | None = None,
        exporter: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        before = cls._declaration
        recipes, told = _gathered(cls)
        model = _model_of(cls)
        is_new = model is not None and model is not before.model  # another one is not made by the factory of the one before
        cls._declaration = Declaration(
            recipes={**before.recipes, **recipes},
            model=before.model if model is None else model,
            factory=factory or (None if is_new else before.factory),
            exporter=exporter or (None if is_new else before.exporter),
        )
        annotated = inspect.get_annotations(cls)
        cls.__annotations__ = {**{name: annotated.get(name, Any) for name in recipes}, **annotated}
        if told:
            _tell_by_default(cls, told)
        super().__init_subclass__(**kwargs)

    def _declare_parts(self, providers: IFinding) -> Callable[..., Any]:
        """Make the parts of the recipes, but for those that are there. Returns what makes the object of their outputs."""
        declaration = self._declaration
        for name, recipe in declaration.recipes.items():
            if name not in vars(self):
                place = Place(type(self), name, declaration.hints.get(name), providers)
                part = vars(self)[name] = recipe.resolved(place)
                if recipe.hidden:
                    part.is_hidden = True
        return self._taking()

    def _taking(self) -> Callable[..., Any]:
        """The factory, without the parts that it does not see.

        Raises:
            ConfigurationError: it does not take a part, or needs something that no part provides.
        """
        cls, maker = type(self), self._declaration.maker
        if maker is None:
            raise ConfigurationError(
                f"{cls.__qualname__} does not say what it makes; subclass e.g. Aggregate[Book], or give factory=…"
            )
        names = {name for name in part_names(cls) if isinstance(getattr(self, name, None), Provider)}
        recipes = self._declaration.recipes
        unseen = {name for name in names if name in recipes and recipes[name].hidden}
        unseen |= {
            name for name in names if getattr(getattr(self, name), "is_stored", False)
        }  # children with a store of their own
        known = parameters_of(maker)
        if known is not None:
            takes, needs = known
            unseen |= {name for name in names - takes if name in recipes and recipes[name].is_given}
            _check(cls, maker, names - unseen, takes, needs)
        return maker if unseen.isdisjoint(recipes) else _without(maker, unseen)


def declaration_of(cls: type[Declared]) -> Declaration:
    """What a class declares."""
    return cls._declaration


def _gathered(cls: Any) -> tuple[dict[str, Recipe], dict[str, Any]]:
    """The recipes of a class's own, and what it tells of those of its ancestors by default."""
    recipes: dict[str, Recipe] = {}
    told: dict[str, Any] = {}
    for name, said in list(vars(cls).items()):
        before = cls._declaration.recipes.get(name)
        recipe = as_recipe(said)
        if name.startswith("_"):
            if isinstance(said, Recipe):
                raise ConfigurationError(f"{cls.__qualname__}.{name} is private, and parts are public; hidden=True hides one")
        elif isinstance(recipe, Recipe):
            recipes[name] = recipe
        elif before is not None:
            if inspect.isfunction(said) or isinstance(said, _METHODS):
                raise ConfigurationError(
                    f"{cls.__qualname__}.{name} is a part, declared by an ancestor; value(…) takes a function"
                )
            recipe = before.told(said)
            if recipe is None:
                told[name] = said
                recipe = before
            recipes[name] = recipe
    return recipes, told


def _model_of(cls: Any) -> Any:
    for base in get_original_bases(cls):
        origin = get_origin(base)
        if isinstance(origin, type) and issubclass(origin, Declared):
            argument = get_args(base)[-1]
            return None if argument is Any or isinstance(argument, TypeVar) else argument
    return None


def _tell_by_default(cls: Any, told: Mapping[str, Any]) -> None:
    """Have a class tell some of its parts, as far as nobody else did."""
    own = vars(cls).get("do_populate")

    async def do_populate(self: Any, session: Any, specification: Any = None) -> None:
        for name, input in told.items():
            part = getattr(self, name)
            if not part.is_complete():
                part.set(input)
        if own is not None:
            await own(self, session, specification)
        else:
            await super(cls, self).do_populate(session, specification)

    cls.do_populate = do_populate


def _check(cls: type, maker: Any, passed: set[str], takes: frozenset[str], needs: frozenset[str]) -> None:
    name = getattr(maker, "__qualname__", repr(maker))
    for part in sorted(passed - takes):
        raise ConfigurationError(
            f"{cls.__qualname__} declares {part!r}, but {name} takes no such parameter; {there_is(part, takes)}"
        )
    for missing in sorted(needs - passed):
        raise ConfigurationError(
            f"{cls.__qualname__} declares nothing for {missing!r}, which {name} needs; {there_is(missing, passed)}"
        )


def _without(maker: Callable[..., Any], unseen: set[str]) -> Callable[..., Any]:
    def made(**outputs: Any) -> Any:
        return maker(**{name: output for name, output in outputs.items() if name not in unseen})

    return made
