"""Commands that come twice are done once: the key and the reply are stored in the command's own transaction."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from examples.bookshop.commands import Command, Reply

__all__ = ("KeyReusedError", "remembered")


class KeyReusedError(ValueError):
    """The key was used before, for another command."""


async def remembered(
    connection: AsyncConnection[Any], key: str, command: Command, handle: Callable[[], Awaitable[Reply]]
) -> Reply:
    """Give the reply that was given first under this key, or handle the command and keep its reply.

    A twin that comes while the first is at work waits for it, and does the work if that fails.

    Raises:
        KeyReusedError: the key came with another command.
    """
    fingerprint = sha256(repr(command).encode()).hexdigest()
    claim = "INSERT INTO idempotency_keys (key, fingerprint) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    if (await connection.execute(claim, (key, fingerprint))).rowcount:
        reply = await handle()
        body = Jsonb([reply.id, reply.version, reply.state], dumps=lambda value: json.dumps(value, default=str))
        await connection.execute("UPDATE idempotency_keys SET reply = %s WHERE key = %s", (body, key))
        return reply
    query = "SELECT fingerprint, reply FROM idempotency_keys WHERE key = %s"
    row = await (await connection.execute(query, (key,))).fetchone()
    if row is None or row[0] != fingerprint:
        raise KeyReusedError(f"the key {key!r} was used for another command")
    return Reply(*row[1])
