"""Sequences of columns that were told their numbers, after a COPY: the table is asked what it holds, not the rows."""

from typing import Any

from psycopg import Connection

from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import PgSequence
from ascetic_ddd.faker.infrastructure.feeds.tables import Table
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, shown

__all__ = ("moved",)


def moved(connection: Connection[Any], table: Table, column: str, sequence: PgSequence) -> list[str]:
    """Set the sequence behind what the column holds, if it does not stand there already. It never goes back.

    A sequence is no part of a transaction: if that is rolled back, there is a gap in the numbers.

    Returns:
        What the user should know: the sequence could not be moved, or has no number left.
    """
    place, name = f"{shown(table.names)}.{column}", shown(sequence.names)
    if not sequence.is_movable:
        return [
            f"{place} was told its numbers, and the sequence {name} does not know of them: the application's next INSERT may be "
            f"refused as a duplicate. GRANT SELECT, UPDATE ON SEQUENCE {identifier(*sequence.names)} to the user of the "
            "connection, or setval() it yourself"
        ]
    extreme, beyond = ("max", ">=") if sequence.is_ascending else ("min", "<=")
    row = connection.execute(
        f"SELECT told.number, s.last_value FROM {identifier(*sequence.names)} AS s, "  # noqa: S608
        f"(SELECT {extreme}({identifier(column)}) AS number FROM {identifier(*table.names)}) AS told "
        f"WHERE told.number {beyond} s.last_value".encode()
    ).fetchone()
    if row is None:
        return []
    number = min(int(row[0]), sequence.greatest)
    connection.execute(b"SELECT setval(%s::regclass, %s)", (identifier(*sequence.names), number))
    if number < sequence.greatest:
        return []
    return [
        f"{place} has {int(row[0]):,}, and the sequence {name} gives {sequence.greatest:,} at most: the application's next "
        "INSERT will be refused; give the field a smaller le, or the sequence a greater MAXVALUE"
    ]
