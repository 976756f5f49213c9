"""``CREATE TABLE`` statements for a schema's models: a try-out database, not a migration."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from psycopg import sql

from ascetic_ddd.faker.domain.values.words import visible
from ascetic_ddd.faker.infrastructure.feeds.tables import Column, Reference, Table
from ascetic_ddd.faker.infrastructure.postgres.names import identifier

__all__ = ("Ddl", "ddl_of")

_MAX_NAME_BYTES = 63


class Ddl:
    """The statements, in the order in which they can be run.

    Attributes:
        tables: make the tables with their primary keys and unique columns.
        constraints: add the foreign keys; quickest when the rows are there. All of them are deferrable, so that rows that refer
            to each other in a circle can be stored; they are checked at the commit.
        notes: what SQL cannot say of the models, in words.
        drop: removes all the tables at once.
    """

    def __init__(self, tables: Sequence[str], constraints: Sequence[str], notes: Sequence[str], drop: str) -> None:
        self.tables, self.constraints, self.notes, self.drop = list(tables), list(constraints), list(notes), drop

    def __str__(self) -> str:
        """One script."""
        notes = "".join(f"-- {visible(note)}\n" for note in self.notes)  # a line end in a name would end the comment
        return notes + "\n\n".join(f"{statement};" for statement in (*self.tables, *self.constraints)) + "\n"


def ddl_of(tables: Mapping[str, Table]) -> Ddl:
    """Compose the statements for the tables, by name of the model.

    Example:
        >>> from pydantic import BaseModel, Field
        >>> from ascetic_ddd.faker.infrastructure.feeds.tables import tables_of
        >>> from ascetic_ddd.faker.schema import SchemaSynthesizer
        >>> class City(BaseModel):
        ...     id: int = Field(json_schema_extra={"sql": {"key": "primary"}})
        ...     name: str = Field(max_length=40)
        >>> schema = SchemaSynthesizer()
        >>> schema.add(City, 10)
        >>> print(ddl_of(tables_of(schema.schema)))
        CREATE TABLE "city" (
            "id" bigint NOT NULL,
            "name" varchar(40) NOT NULL,
            PRIMARY KEY ("id")
        );
        <BLANKLINE>
    """
    created: list[str] = []
    constraints: list[str] = []
    notes: list[str] = []
    for table in tables.values():
        created += [_created(table), *_comments(table)]
        for number, reference in enumerate(table.references):
            target = tables[reference.target]
            if reference.fields:
                constraints.append(_constraint(table, target, reference, number))
            else:
                notes.append(
                    f"{table.model}: {', '.join(reference.all_fields)} refers to a part of the key of {target.model}; "
                    "SQL has no foreign key for that"
                )
    names = ", ".join(identifier(*table.names) for table in tables.values())
    return Ddl(created, constraints, notes, f"DROP TABLE IF EXISTS {names}")


def _created(table: Table) -> str:
    lines = [*map(_column, table.columns.values())]
    if table.key:
        lines.append(f"PRIMARY KEY ({_names(table, table.key)})")
    lines += [f"UNIQUE ({_names(table, (field,))})" for field in table.unique]
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {identifier(*table.names)} (\n    {body}\n)"


def _column(column: Column) -> str:
    name = identifier(column.name)
    check = ""
    if column.type.values:
        check = f" CHECK ({name} IN ({', '.join(map(_literal, column.type.values))}))"
    return f"{name} {column.type.name}{'' if column.nullable else ' NOT NULL'}{check}"


def _comments(table: Table) -> Iterator[str]:
    if table.comment:
        yield f"COMMENT ON TABLE {identifier(*table.names)} IS {_literal(table.comment)}"
    for column in table.columns.values():
        if column.comment:
            yield f"COMMENT ON COLUMN {identifier(*table.names, column.name)} IS {_literal(column.comment)}"


def _constraint(table: Table, target: Table, reference: Reference, number: int) -> str:
    own, theirs = _names(table, reference.fields), _names(target, reference.fields.values())
    name = _short("_".join([table.names[-1], *(table.columns[field].name for field in reference.fields), "fkey"]), number)
    return (
        f"ALTER TABLE {identifier(*table.names)} ADD CONSTRAINT {identifier(name)} FOREIGN KEY ({own})\n"
        f"    REFERENCES {identifier(*target.names)} ({theirs}) DEFERRABLE INITIALLY DEFERRED"
    )


def _short(name: str, number: int) -> str:
    """A name that PostgreSQL does not cut off, which could make two into one."""
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    end = f"_{number}_fkey"
    return name.encode()[: _MAX_NAME_BYTES - len(end)].decode(errors="ignore") + end


def _names(table: Table, fields: Iterable[str]) -> str:
    return ", ".join(identifier(table.columns[field].name) for field in fields)


def _literal(value: Any) -> str:
    return sql.Literal(value).as_string(None)
