"""Where a replay sends commands: to a server, or to a command bus in this process."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Event, Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.replaying import Outcome, Send
from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import type_of

__all__ = ("IClient", "over_http", "to_bus")

_MOST_LETTERS = 200


class IClient(Protocol):
    """A client of the shape of ``httpx2.AsyncClient``."""

    async def request(self, method: str, url: str, *, content: bytes | None, headers: Any) -> Any:
        """Send a request."""
        ...


def over_http(feed: Feed, client: IClient, *, key: str | None = "Idempotency-Key") -> Send:
    """Send commands as requests; statuses of 300 and more, and lost connections, are refusals: a redirect has done nothing.

    Args:
        feed: its manifest has the routes.
        client: with the server's base URL.
        key: the header that tells a command's id, so that one that comes twice is done once; None: no header.

    Raises:
        ConfigurationError: a type of command in the log has no route.
    """
    lacking = [type for type in feed.account.types if type not in feed.manifest.routes]
    if lacking:
        raise ConfigurationError(
            f"{lacking[0]} has no route in {feed.path}; add one to the target's feed (routes=…), and feed anew"
        )

    async def send(event: Event) -> Outcome:
        form = feed.request(event)
        headers = {**form.headers, **({key: event["id"]} if key is not None else {})}
        content = None
        if form.body is not None:
            content = form.body.encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            answer = await client.request(form.method, form.path, content=content, headers=headers)
        except Exception as error:  # noqa: BLE001  # the client's: the server did not answer
            return Outcome(False, type(error).__name__, " ".join(str(error).split())[:_MOST_LETTERS])
        status: int = answer.status_code
        detail = "" if status < 300 else " ".join(answer.text.split())[:_MOST_LETTERS]
        return Outcome(status < 300, str(status), f"{form.method} {form.path} {detail}")

    return send


def to_bus(
    dispatch: Callable[[Any], Any], commands: Sequence[type], *, build: Callable[[type, Mapping[str, Any]], Any] | None = None
) -> Send:
    """Send commands to a handler in this process; what it raises is a refusal.

    Args:
        dispatch: command → reply, or an awaitable of it.
        commands: the classes of the log's commands. What the log names and is not here is not imported: a file is only data.
        build: class, data → the command; raises ValueError or TypeError if it cannot. By default pydantic builds it, dataclasses
            and models alike; value objects, which are plain values in a log, it has to be told how to build.

    Raises:
        ConfigurationError: pydantic is missing; or, when a command comes, its class is not here or cannot be built.
    """
    known = {type_of(command): command for command in commands}
    built = build or _by_pydantic(commands)

    async def send(event: Event) -> Outcome:
        command_class = known.get(event["type"])
        if command_class is None:
            raise ConfigurationError(f"{event['id']}: {event['type']} is not among commands=, {', '.join(known)}")
        try:
            command = built(command_class, event["data"])
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{event['id']}: {event['type']} cannot be built of {event['data']!r}: {error}") from error
        try:
            reply = dispatch(command)
            if inspect.isawaitable(reply):
                await reply
        except Exception as error:  # noqa: BLE001  # the handler's
            return Outcome(False, type(error).__name__, " ".join(str(error).split())[:_MOST_LETTERS])
        return Outcome(True, "done")

    return send


def _by_pydantic(commands: Sequence[type]) -> Callable[[type, Mapping[str, Any]], Any]:
    try:
        from pydantic import TypeAdapter
    except ImportError as error:
        raise ConfigurationError(
            "to_bus needs pydantic to build commands: pip install 'ascetic-ddd[pydantic]', or give it a build="
        ) from error
    adapters = {command: TypeAdapter[Any](command) for command in commands}
    return lambda command_class, data: adapters[command_class].validate_python(data)
