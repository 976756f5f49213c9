"""All readers, and the one for a model."""

from typing import Any

from ascetic_ddd.faker.declaring.readers.attrs_reader import AttrsReader
from ascetic_ddd.faker.declaring.readers.dataclass_reader import DataclassReader
from ascetic_ddd.faker.declaring.readers.field import IReader
from ascetic_ddd.faker.declaring.readers.msgspec_reader import MsgspecReader
from ascetic_ddd.faker.declaring.readers.pydantic_reader import PydanticReader
from ascetic_ddd.faker.declaring.readers.sqlalchemy_reader import SqlAlchemyReader
from ascetic_ddd.faker.declaring.readers.typed_dict_reader import TypedDictReader

__all__ = ("READERS", "reader_of")

READERS: tuple[IReader, ...] = (
    SqlAlchemyReader(),  # a mapped class may be a dataclass, too
    PydanticReader(),
    AttrsReader(),
    MsgspecReader(),
    TypedDictReader(),
    DataclassReader(),
)


def reader_of(model: Any) -> IReader | None:
    """Give the reader that knows a model; None if there is none."""
    return next((reader for reader in READERS if reader.supports(model)), None)
