"""Names of tables and columns, checked and quoted."""

from typing import TypeAlias

from psycopg import sql

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("TableName", "check_name", "check_table", "escaped", "identifier", "literal", "quoted", "shown")

TableName: TypeAlias = str | tuple[str, str]
"""``"books"``, or with its schema ``("library", "books")``; a dot in a string is part of the name."""

_MAX_NAME_BYTES = 63  # PostgreSQL cuts longer names off in silence: two tables could become one


def check_table(table: object) -> tuple[str, ...]:
    """Give the parts of a table's name.

    Raises:
        ConfigurationError: it is no name, nor a (schema, table) pair.
    """
    if isinstance(table, tuple):
        if len(table) != 2:
            raise ConfigurationError(f"table={table!r} is no (schema, table); expected two parts, or one string.")
        return tuple(check_name(part, "table") for part in table)
    return (check_name(table, "table"),)


def check_name(name: object, parameter: str) -> str:
    """Give the name back if PostgreSQL can have it.

    Raises:
        ConfigurationError: it is no text, empty, too long, or has a NUL character.
    """
    if not isinstance(name, str) or not name:
        raise ConfigurationError(f"{parameter}={name!r} is no name; expected a text that is not empty.")
    if "\x00" in name or len(name.encode(errors="replace")) > _MAX_NAME_BYTES:
        raise ConfigurationError(
            f"{parameter}={name!r} cannot be a name in PostgreSQL; "
            f"expected at most {_MAX_NAME_BYTES} bytes without a NUL character."
        )
    return name


def identifier(*names: str) -> str:
    """Quote for a statement without parameters, or as a value for ``to_regclass``."""
    return sql.Identifier(*names).as_string(None)


def quoted(*names: str) -> str:
    """Quote for a statement that takes parameters: there, a percent sign in a name must be doubled."""
    return identifier(*names).replace("%", "%%")


def escaped(sql: str) -> str:
    """Give what the server composed, such as a type's name, for a statement that takes parameters."""
    return sql.replace("%", "%%")


def literal(text: str) -> str:
    """Quote a text for a statement that takes parameters but cannot have one in this place, as a definition."""
    return sql.Literal(text).as_string(None).replace("%", "%%")


def shown(names: tuple[str, ...]) -> str:
    """Give the name for a message."""
    return ".".join(names)
