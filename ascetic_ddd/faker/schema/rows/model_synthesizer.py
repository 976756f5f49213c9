"""A model's fields with their synthesizers, and its keys and references."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Protocol

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import DEFAULT_SEED, seed_of
from ascetic_ddd.faker.schema.reading.facts import derived, extra_of, is_nullable, not_null, unfold, with_words
from ascetic_ddd.faker.schema.reading.field_checks import READ_ONCE, field_check
from ascetic_ddd.faker.schema.reading.null_weights import null_weight_of
from ascetic_ddd.faker.schema.reading.shapes import Shape
from ascetic_ddd.faker.schema.reading.sql_words import SqlWords, parameters_of, sql_words
from ascetic_ddd.faker.schema.rows.lone_columns import PooledColumn, UnresolvedColumn
from ascetic_ddd.faker.schema.rows.records import DrawnColumn, IColumn, Record, Records
from ascetic_ddd.faker.schema.rows.trials import check_accepted
from ascetic_ddd.faker.schema.rows.value_plans import ValuePlan, value_law
from ascetic_ddd.faker.schema.synthesizers.behaviors import Behavior, Independent, Pooled
from ascetic_ddd.faker.schema.synthesizers.field_maker import FieldMaker
from ascetic_ddd.faker.schema.synthesizers.references import SynthesizeReference
from ascetic_ddd.faker.schema.synthesizers.registry import OURS
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("IReference", "IResolved", "ModelIter", "ModelSynthesizer")

_FIRST_BATCH, _LARGEST_BATCH = 64, 512


def _check_rows(rows: object) -> None:
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 0):
        raise ConfigurationError(f"rows={rows!r}: expected a whole number of rows, at least 0, or None")


class IReference(Protocol):
    """Fields that refer to one row of a model together."""

    @property
    def fields(self) -> Mapping[str, str]:
        """By own field, the target's."""
        ...

    @property
    def target(self) -> "ModelSynthesizer":
        """The model that is referred to."""
        ...


class IResolved(Protocol):
    """What a model's keys and references have become, in a schema."""

    def columns(self) -> Iterator[IColumn]:
        """Fresh columns of all keys and references, for one run through the rows."""
        ...

    def groups(self) -> Iterator[IReference]:
        """All references, those that are decided first included."""
        ...


class ModelSynthesizer:
    """Makes the rows of one model.

    By itself it serves models that refer to no other; references are resolved by ``SchemaSynthesizer``.

    Args:
        cls_: a pydantic model, or a dataclass.
        rows: how many there shall be; None: without end, which a model with keys or planned references cannot have.
        seed: of the run.
        synthesizers: subclasses of ``Synthesizer`` to ask before the library's own; None: those in sight, see
            :func:`~ascetic_ddd.faker.schema.synthesizers.registry.in_sight`.
        distributions: by field, words that take precedence over its ``json_schema_extra``: a mapping such as
            ``{"skew": 2, "mean": 10, "null_weight": 0.1}``, or an object whose ``parameters()`` gives one.

    Attributes:
        model_class: the class.
        name: its name.
        rows: as given.
        fields: the synthesizer of each field, by name.
        key: names of the fields of the primary key, in order; empty if it has none.
        unique: names of the fields that are unique by themselves, the single key field among them.
        nullable: names of the fields that may be None.
        resolved: its keys and references; None outside a schema.

    Raises:
        ConfigurationError: a field has no synthesizer, or asks for what cannot be; the message names it.
    """

    def __init__(
        self,
        cls_: Any,
        rows: int | None = None,
        *,
        seed: int = DEFAULT_SEED,
        synthesizers: Sequence[type[Synthesizer]] | None = None,
        distributions: Mapping[str, Any] | None = None,
    ) -> None:
        _check_rows(rows)
        self.model_class = cls_
        self.rows = rows
        self.seed = seed
        self.shape = Shape(cls_)
        self.name = self.shape.name
        self._told = self._known(distributions or {})
        self.maker = FieldMaker(synthesizers, module=getattr(cls_, "__module__", ""), place=self.name, model_name=self.name)
        self.words: dict[str, SqlWords] = {}
        self.null_weights: dict[str, float] = {}
        described = {name: self._described(name) for name in self.shape.fields}
        self.key = tuple(name for name, words in self.words.items() if words.is_primary)
        self.unique = tuple(name for name, words in self.words.items() if words.is_unique or self.key == (name,))
        self.nullable = frozenset(name for name, field in described.items() if is_nullable(field.annotation))
        with self.maker.inside(cls_):
            self.fields = {name: self._made(name, field) for name, field in described.items()}
        self._laws = {name: law for name, synth in self.fields.items() if (law := self._value_law(name, synth))}
        for name, synth in self.fields.items():
            self._check(name, synth)
        self.resolved: IResolved | None = None
        self._plans: dict[str, ValuePlan] = {}

    def __repr__(self) -> str:
        return f"ModelSynthesizer({self.model_class}, rows={self.rows})"

    def __iter__(self) -> "ModelIter":
        return ModelIter(self)

    @property
    def references(self) -> list[str]:
        """Names of the fields that refer to a key."""
        return [name for name, field in self.fields.items() if isinstance(field, SynthesizeReference)]

    def tells_nulls(self, name: str) -> bool:
        """Whether the field says how often it is None."""
        extra = self.fields[name].json_schema_extra
        return any(
            "null_weight" in words for words in (extra, extra.get("sql"), extra.get("distribution")) if isinstance(words, dict)
        )

    def _known(self, distributions: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        unknown = set(distributions) - set(self.shape.fields)
        if unknown:
            raise ConfigurationError(
                f"{self.name}: distributions tells of {', '.join(sorted(unknown))}; the model's fields are "
                f"{', '.join(self.shape.fields)}"
            )
        found = {}
        for name, told in distributions.items():
            try:
                found[name] = parameters_of(told, {*extra_of(self.shape.fields[name])})
            except ConfigurationError as error:
                raise ConfigurationError(f"{self.name}.{name}: {error}") from error
        return found

    def _described(self, name: str) -> Any:
        """The field with the words it was told, its type unwrapped."""
        place = f"{self.name}.{name}"
        field = unfold(self.shape.fields[name], place)
        try:
            if name in self._told:
                words = self._told[name]
                base = {
                    key: value for key, value in extra_of(field).items() if key not in ("skew", "weights", "mean", "histogram")
                }
                if isinstance(base.get("distribution"), Mapping):
                    base.pop("distribution")
                field = with_words(field, {**base, **words})
            self.words[name] = sql_words(field)
            self.null_weights[name] = null_weight_of(field)
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}") from error
        return field

    def _made(self, name: str, field: Any) -> Synthesizer:
        behavior: type[Behavior] = Independent
        if not self.words[name].references and name in self.unique:
            behavior = Pooled
        if name in self.key and name in self.nullable:
            raise ConfigurationError(f"{self.name}.{name}: a primary key is never None; take the None out of its type")
        if name in self.nullable and behavior is Pooled:
            field = derived(field, not_null(field.annotation))
        return self.maker.make(self, field, name, behavior, SynthesizeReference if self.words[name].references else None)

    def _check(self, name: str, synth: Synthesizer) -> None:
        """Let keys see the application's validators; try whether values of the library's own synthesizers are accepted at all."""
        if self.words[name].references or self.shape.is_root:
            return
        check = field_check(self.model_class, name)
        if check is None:
            return
        if check.is_read_once:
            raise ConfigurationError(f"{self.name}.{name}: {READ_ONCE}")
        if (check.is_own or check.changes) and (name in self.key or name in self.unique or name in self._laws):
            for node in synth.walk():
                node.settle = check.validate if node in (synth, getattr(synth, "inner", None)) else None
        if check.is_own:
            return
        if all(type(node).__module__.startswith(OURS) for node in synth.walk()):
            check_accepted(f"{self.name}.{name}", synth, check.validate, self.seed)

    def _value_law(self, name: str, synth: Synthesizer) -> dict[str, Any]:
        if self.words[name].references or name in self.key or name in self.unique:
            return {}
        try:
            return value_law(synth)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.name}.{name}: {error}") from error

    def prepare(self) -> None:
        """Plan the values that come several times."""
        for name, law in self._laws.items():
            if name not in self._plans:
                self._plans[name] = ValuePlan(self.fields[name], law, self.rows, name, self.null_weights[name])

    def narrow(self, name: str, least: int, greatest: int) -> None:
        """Keep a number's values within limits at the ends that its field leaves open. Keys are to be resolved again then.

        Args:
            name: of a field whose synthesizer, or the one beside its None, is a ``SynthesizeStepped``.
            least: least value.
            greatest: greatest value.

        Raises:
            ConfigurationError: no value is left.
        """
        synth: Any = self.fields[name]
        getattr(synth, "inner", synth).narrow(least, greatest)
        synth.behavior = type(synth.behavior)(synth)
        self._plans.pop(name, None)

    def columns(self) -> list[IColumn]:
        """Fresh columns for one run through the rows, together for all fields."""
        found: list[IColumn] = list(self.resolved.columns()) if self.resolved is not None else []
        self.prepare()
        for name, plan in self._plans.items():
            found.append(plan.column(Random(seed_of(self.seed, f"{self.name}.{name} uses"))))
        done = {name for column in found for name in column.names}
        for name, synth in self.fields.items():
            if name in done:
                continue
            if isinstance(synth.behavior, Pooled):
                found.append(PooledColumn(name, synth))
            elif isinstance(synth, SynthesizeReference):
                found.append(UnresolvedColumn(name, synth))
            else:
                found.append(DrawnColumn(name, synth, synth.cursors(self.seed, f"{self.name}.{name}")))
        return found

    def instances(self) -> Iterator[Any]:
        """All rows from the first one on, validated; the same ones each time."""
        records = Records(self.shape, self.columns(), self.name, self.seed)
        for count in self._batches():
            yield from records.made(count)

    def records(self) -> Iterator[Record]:
        """The same rows, each beside the data it was made of."""
        records = Records(self.shape, self.columns(), self.name, self.seed)
        for count in self._batches():
            yield from records.records(count)

    def _batches(self) -> Iterator[int]:
        left, size = self.rows, _FIRST_BATCH
        while left is None or left > 0:
            count = size if left is None or left > 2 * size else left  # the last batch is no small one: its rows can swap
            yield count
            size = min(2 * size, _LARGEST_BATCH)
            left = None if left is None else left - count


class ModelIter:
    """Goes through the rows of a model once.

    Args:
        model: the model's synthesizer.
    """

    def __init__(self, model: ModelSynthesizer) -> None:
        self.model = model
        self._rows = model.instances()

    def __repr__(self) -> str:
        return f"ModelIter({self.model})"

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def __next__(self) -> Any:
        return next(self._rows)
