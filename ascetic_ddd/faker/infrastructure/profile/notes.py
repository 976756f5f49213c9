"""What was skipped, timed out or estimated, in words."""

from ascetic_ddd.faker.infrastructure.profile.catalogue import Table

__all__ = ("Notes", "name_of")


def name_of(table: Table, schema: str) -> str:
    """The name of a table in a profile: without its schema if it is the profile's; with quotes where a dot would mislead."""
    parts = (table.name,) if table.schema == schema else (table.schema, table.name)
    return ".".join('"' + part.replace('"', '""') + '"' if "." in part or '"' in part else part for part in parts)


class Notes:
    """Collects sentences, each once.

    Args:
        schema: whose tables are named without it.
    """

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._sentences: dict[str, None] = {}

    def add(self, table: Table | None, sentence: str) -> None:
        """Add a sentence, about a table or about all."""
        self._sentences[f"{name_of(table, self._schema)}: {sentence}" if table else sentence] = None

    def all(self) -> tuple[str, ...]:
        """Give all sentences in order."""
        return tuple(self._sentences)
