"""Values that have fields themselves: models, dataclasses, typed dictionaries."""

from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.schema.reading.shapes import Shape, has_fields
from ascetic_ddd.faker.schema.rows.records import DrawnColumn, IColumn, Records
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Values

__all__ = ("SynthesizeModel",)


class SynthesizeModel(Values):
    """Gives instances of a model inside another one, valid by themselves. Keys and references inside it mean nothing."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return has_fields(field.annotation)

    def prepare(self) -> None:
        cls: Any = self.field.annotation
        shape = Shape(cls)
        maker = self.maker
        with maker.inside(cls):
            columns: list[IColumn] = [DrawnColumn(name, self.part(name, field)) for name, field in shape.fields.items()]
        self._records = Records(shape, columns, self.place or shape.name, self.seed)

    def drawn(self, count: int) -> list[Any]:
        return self._records.made(count)
