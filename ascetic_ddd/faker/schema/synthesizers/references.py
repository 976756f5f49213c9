"""A field whose values are keys of another model."""

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.sql_words import sql_words
from ascetic_ddd.faker.schema.synthesizers.behaviors import Behavior, Independent
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("SynthesizeReference",)


class SynthesizeReference(Synthesizer):
    """Gives keys that another synthesizer has: ``json_schema_extra={"sql": {"key": "foreign", "reference": "Model.field"}}``.

    Attributes:
        model_ref: name of the model that is referred to.
        field_ref: name of its field.
        source: the synthesizer of that field, pooled; None until ``SchemaSynthesizer.prepare()`` has found it.
    """

    priority = 2  # a key is what it refers to, whatever its type

    def __init__(self, model: Any, field: FieldInfo, behavior: type[Behavior] = Independent) -> None:
        super().__init__(model, field, behavior)
        self.source: Synthesizer | Iterator[Any] | None = None

    def prepare(self) -> None:
        self.words = sql_words(self.field)
        if not self.words.references:
            raise ConfigurationError(
                f"{self.place}: expected json_schema_extra={{'sql': {{'key': 'foreign', 'reference': 'Model.field'}}}}"
            )
        self.model_ref, self.field_ref = self.words.references[0]

    def __call__(self, sequence: int | None = None) -> Any:
        if self.source is None:
            raise ConfigurationError(
                f"{self.place or type(self).__name__}: source {self.model_ref}.{self.field_ref} not resolved; add both models "
                "to a SchemaSynthesizer and take its rows"
            )
        return next(self.source)

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return bool(sql_words(field).references)
