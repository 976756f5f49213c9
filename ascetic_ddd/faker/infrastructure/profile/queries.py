"""The statements of ``queries.sql`` by name, with identifiers filled in, quoted."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, LiteralString

from psycopg import sql

__all__ = ("names", "query")


@cache
def _texts() -> dict[str, LiteralString]:
    text: Any = files("ascetic_ddd.faker.infrastructure.profile").joinpath("queries.sql").read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {
        name: "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def query(name: str, **parts: sql.Composable) -> sql.Composed:
    """Give the statement of that name.

    Args:
        name: as in ``queries.sql``.
        parts: what stands for its ``{words}``.
    """
    return sql.SQL(_texts()[name]).format(**parts)


def names() -> tuple[str, ...]:
    """Give the names of all statements."""
    return tuple(_texts())
