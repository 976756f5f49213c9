"""All models of a schema together: keys, and the references between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.randomness import DEFAULT_SEED
from ascetic_ddd.faker.schema.aggregates.model_provider import ModelProvider
from ascetic_ddd.faker.schema.aggregates.providers import Repositories, providers
from ascetic_ddd.faker.schema.keys.resolution import resolve
from ascetic_ddd.faker.schema.lint import Finding, lint
from ascetic_ddd.faker.schema.noise import KINDS, NoisyRow, noisy_rows
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.rows.records import Record
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("ForeignKey", "Order", "SchemaSynthesizer")


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference, as a database sees it.

    Attributes:
        model: name of the model that refers.
        fields: its fields.
        target: name of the model that is referred to.
        target_fields: for each field, the target's.
        is_nullable: whether all the fields may be None.
        is_tree: it refers to its own model, and always to an earlier row, or to none, or to the row itself.
        is_whole_key: the target's fields are its primary key, or unique by themselves; a part of a key is no foreign key in SQL.
    """

    model: str
    fields: tuple[str, ...]
    target: str
    target_fields: tuple[str, ...]
    is_nullable: bool
    is_tree: bool
    is_whole_key: bool


@dataclass(frozen=True, slots=True)
class Order:
    """An order in which models can be written.

    Attributes:
        models: names, what is referred to before what refers to it.
        deferred: references that no order can satisfy: those that close a circle, and those of a model to itself that are no
        trees.
    """

    models: tuple[str, ...]
    deferred: tuple[ForeignKey, ...]


class SchemaSynthesizer:
    """Makes the rows of models that refer to each other, circles included.

    Same seed, same rows: every field has a stream of its own, made of the seed, the model's and the field's name, so that a
    field that
    is added leaves the values of the others as they were. Only keys are known beforehand, most of them by reckoning; rows are
    made when they are asked for, and forgotten.

    Args:
        seed: of the run.
        synthesizers: subclasses of ``Synthesizer`` to ask before the library's own, and no others. None: those in sight when
        a model
            is added, see :func:`~ascetic_ddd.faker.schema.synthesizers.registry.in_sight`.

    Attributes:
        schema: the models' synthesizers by the models' names, in the order in which they were added.

    Example:
        >>> from pydantic import BaseModel
        >>> class City(BaseModel):
        ...     name: str
        >>> schema = SchemaSynthesizer(seed=7)
        >>> schema.add(City, 3)
        >>> len(list(schema.rows(City)))
        3
    """

    def __init__(self, *, seed: int = DEFAULT_SEED, synthesizers: Sequence[type[Synthesizer]] | None = None) -> None:
        self.seed = seed
        self.schema: dict[str, ModelSynthesizer] = {}
        self._synthesizers = synthesizers
        self._is_prepared = False

    def __repr__(self) -> str:
        return f"SchemaSynthesizer({', '.join(f'{name}: {model.rows} rows' for name, model in self.schema.items())})"

    def add(self, model_class: Any, rows: int | None = None, *, distributions: Mapping[str, Any] | None = None) -> None:
        """Add a model.

        Args:
            model_class: a pydantic model, or a dataclass.
            rows: how many rows it shall have; None: without end, for models without keys that nobody refers to.
            distributions: by field, what was measured of it, in precedence over its ``json_schema_extra``: a mapping such as
                ``{"skew": 2, "mean": 10, "null_weight": 0.1}``, or an object whose ``parameters()`` gives one.

        Raises:
            ConfigurationError: a field has no synthesizer or asks for what cannot be, or a model of this name is there already.
        """
        model = ModelSynthesizer(model_class, rows, seed=self.seed, synthesizers=self._synthesizers, distributions=distributions)
        if model.name in self.schema:
            raise ConfigurationError(
                f"{model.name}: a model of this name was added already; references go by the name, so it must be one"
            )
        self.schema[model.name] = model
        self._is_prepared = False

    def prepare(self) -> None:
        """Make the keys and resolve the references. Done by ``rows`` where it was not done before; a second call does nothing.

        Raises:
            ConfigurationError: a reference points to no key of a model that was added, or the numbers of rows, the domains
            and the
                distributions contradict each other.
            ExhaustedError: a synthesizer of yours has too few distinct values.
            CycleError: primary keys are made of each other in a circle.
        """
        if not self._is_prepared:
            resolve(self.schema)
            self._is_prepared = True

    def lint(self) -> list[Finding]:
        """What the models say that may mean something else to the library than to who wrote it; empty if there is nothing.

        Example:
            >>> from pydantic import BaseModel, Field
            >>> class Note(BaseModel):
            ...     text: str = Field(json_schema_extra={"sql": {}})
            >>> schema = SchemaSynthesizer()
            >>> schema.add(Note, 3)
            >>> [finding.path for finding in schema.lint()]
            ['Note.text']
        """
        return lint(self.schema)

    def rows(self, model_class: Any) -> Iterator[Any]:
        """All rows of a model, validated instances of its class; the same ones at each call.

        Args:
            model_class: the class, or its name.

        Raises:
            ConfigurationError: the model was not added, or as ``prepare``.
            UnsatisfiableError: while the rows are made: a validator rejects all that is tried.
        """
        self.prepare()
        return self[model_class].instances()

    def records(self, model_class: Any) -> Iterator[Record]:
        """The same rows as :meth:`rows`, each beside the plain data that it was validated from."""
        self.prepare()
        return self[model_class].records()

    def noisy_rows(self, model_class: Any, *, probability: float, kinds: Sequence[str] = KINDS) -> Iterator[NoisyRow]:
        """The same rows as input in which each field is broken with a probability, and what was broken.

        Args:
            model_class: the class, or its name.
            probability: that a field is broken, 0…1.
            kinds: what may be broken, see :data:`ascetic_ddd.faker.schema.noise.KINDS`.

        Raises:
            ConfigurationError: the probability is none, or a kind is not known, or as ``rows``.
        """
        self.prepare()
        return noisy_rows(self[model_class], probability, kinds)

    def providers(self, repositories: Repositories) -> dict[str, ModelProvider]:
        """Aggregate providers for the models, by name, for ``generate`` and all that goes with it.

        Args:
            repositories: gives the repository of a model, see :func:`ascetic_ddd.faker.schema.providers.providers`.

        Raises:
            ConfigurationError: a model has no primary key, or a reference that does not lead to one.
            CycleError: references that may not be None go round in a circle.
        """
        return providers(self, repositories)

    def __getitem__(self, model_class: Any) -> ModelSynthesizer:
        name = model_class if isinstance(model_class, str) else getattr(model_class, "__name__", repr(model_class))
        model = self.schema.get(name)
        if model is None or not (isinstance(model_class, str) or model.model_class is model_class):
            raise ConfigurationError(f"{model_class!r} was not added; there are {', '.join(self.schema) or 'no models'}")
        return model

    @property
    def references(self) -> tuple[ForeignKey, ...]:
        """All references between the models, in the order of the models and fields."""
        self.prepare()
        found = []
        for model in self.schema.values():
            assert model.resolved is not None
            for group in model.resolved.groups():
                names, target = tuple(group.fields), group.target
                parts = tuple(group.fields.values())
                found.append(
                    ForeignKey(
                        model.name,
                        names,
                        target.name,
                        parts,
                        is_nullable=any(name in model.nullable for name in names),
                        is_tree=any(model.words[name].is_tree for name in names),
                        is_whole_key=set(parts) >= set(target.key) or bool(set(parts) & set(target.unique)),
                    )
                )
        return tuple(found)

    def order(self) -> Order:
        """An order in which the models can be written, and the references that must wait until all are.

        Circles are opened where they are nullable, if there is such a place.
        """
        waiting = dict.fromkeys(self.schema)
        references = [found for found in self.references if found.model != found.target]
        deferred = [found for found in self.references if found.model == found.target and not found.is_tree]
        order: list[str] = []
        while waiting:
            blocked = {
                name: [found for found in references if found.model == name and found.target in waiting and found not in deferred]
                for name in waiting
            }
            ready = [name for name, found in blocked.items() if not found]
            if not ready:
                first = min(waiting, key=lambda name: (sum(not found.is_nullable for found in blocked[name]), len(blocked[name])))
                deferred += blocked[first]
                ready = [first]
            order.append(ready[0])
            del waiting[ready[0]]
        return Order(tuple(order), tuple(deferred))
