"""Chooses the synthesizer of a field."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import configured, extra_of, is_nullable, type_name, unfold, with_words
from ascetic_ddd.faker.schema.synthesizers import registry
from ascetic_ddd.faker.schema.synthesizers.behaviors import Behavior, Independent
from ascetic_ddd.faker.schema.synthesizers.interfaces import DepthError
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer
from ascetic_ddd.faker.schema.synthesizers.unions import SynthesizeOptional
from ascetic_ddd.faker.schema.synthesizers.words import guessed_domain

__all__ = ("FieldMaker",)

_DEPTH = 2


class FieldMaker:
    """Chooses and makes synthesizers, and knows the place of what is being made.

    The rules, first match wins: the synthesizer that the field names (``json_schema_extra={"synthesizer": …}``); one whose
    ``match(field)`` says yes: yours before the library's, subclasses before their base, newer before older.

    Args:
        synthesizers: subclasses to ask before the library's own; None for those in sight, see :func:`registry.in_sight`.
        module: name of a module that is in sight too, the model's.
        place: what the fields belong to.
        model_name: the model's own name, which gives a field called ``name`` its meaning.
    """

    def __init__(
        self,
        synthesizers: Sequence[type[Synthesizer]] | None = None,
        *,
        module: str = "",
        place: str = "",
        model_name: str = "",
    ) -> None:
        told: Sequence[Any] = registry.in_sight(module) if synthesizers is None else list(synthesizers)
        own: list[type[Synthesizer]] = []
        for cls in told:
            own.append(cls)
            if not (isinstance(cls, type) and issubclass(cls, Synthesizer)):
                raise ConfigurationError(f"synthesizers has {cls!r}; expected subclasses of Synthesizer")
        self.known = registry.in_order(own)
        self.place = place
        self.model_name = model_name
        self._holder: Any = None
        self._kinds: list[Any] = []

    def make(
        self,
        model: Any,
        field: FieldInfo,
        name: str,
        behavior: type[Behavior] = Independent,
        chosen: type[Synthesizer] | None = None,
    ) -> Synthesizer:
        """Make the synthesizer of a field.

        Args:
            model: what the field belongs to.
            field: pydantic's description of it.
            name: its name.
            behavior: for the synthesizer.
            chosen: the synthesizer, if it is not to be found by the rules.

        Raises:
            ConfigurationError: no synthesizer is for it, or the one that is finds it impossible; the place is told.
        """
        with self._at(name):
            aliases: list[Any] = []
            field = configured(unfold(field, self.place, aliases), self._holder)
            if chosen is None:
                domain = guessed_domain(name, field, self.model_name)
                if domain is not None:
                    field = with_words(field, {**extra_of(field), "domain": domain})
                chosen = self._chosen(field)
            with ExitStack() as inside:
                for alias in aliases:
                    inside.enter_context(self._deeper(alias))
                return chosen(model, field, behavior)

    @contextmanager
    def _at(self, name: str) -> Iterator[None]:
        before = self.place
        self.place = f"{before}.{name}" if before else name
        try:
            yield
        except DepthError:
            raise
        except ConfigurationError as error:
            if self.place in str(error):
                raise
            raise ConfigurationError(f"{self.place}: {error}") from error
        finally:
            self.place = before

    @contextmanager
    def inside(self, model: Any) -> Iterator[None]:
        """Make the fields of a nested model.

        Raises:
            DepthError: it contains itself, and this is deep enough; whoever can do without it catches this.
        """
        before = self.model_name, self._holder
        with self._deeper(model):
            self.model_name, self._holder = getattr(model, "__name__", ""), model
            try:
                yield
            finally:
                self.model_name, self._holder = before

    @contextmanager
    def _deeper(self, kind: Any) -> Iterator[None]:
        if self._kinds.count(kind) >= _DEPTH:
            raise DepthError(
                f"{self.place}: {type_name(kind)} contains itself without end; make the field optional, a list, or a union with "
                "something else"
            )
        self._kinds.append(kind)
        try:
            yield
        finally:
            self._kinds.pop()

    def _chosen(self, field: FieldInfo) -> type[Synthesizer]:
        named = extra_of(field).get("synthesizer")
        cls = None if named is None else registry.by_name(named, self.known, self.place)
        if is_nullable(field.annotation) and not (cls is not None and cls.gives_none):
            return SynthesizeOptional  # which asks again, for the type without None
        if cls is not None:
            return cls
        for cls in self.known:
            if _matches(cls, field):
                return cls
        raise ConfigurationError(
            f"{self.place}: no synthesizer for the type {type_name(field.annotation)}. Write one: a subclass of Synthesizer "
            "whose match(field) is true for this field and whose __call__(sequence) gives a value; or name one in the field's "
            "json_schema_extra={'synthesizer': …}, where SynthesizeDefault takes the field's own default"
        )


def _matches(cls: type[Synthesizer], field: FieldInfo) -> bool:
    try:
        return bool(cls.match(field))
    except TypeError:
        if isinstance(field.annotation, type):
            raise
        return False  # "issubclass(field.annotation, str)" of a type that is no class


Synthesizer.maker_by_hand = FieldMaker
