"""A log that is whole, read again: its events in order, and the requests that they are over HTTP."""

import heapq
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.manifest import ACCOUNT, Account, Manifest, shard_name

__all__ = ("Event", "Feed", "HttpForm", "chain_of", "needs_of", "read_feed")

Event = Mapping[str, Any]
"""One line: an event of CloudEvents, with our extensions."""

_FIELD = re.compile(r"\{(\w+)\}")
_KINDS = (("id", str), ("type", str), ("data", dict), ("sequence", str), ("duems", int))
_TEXTS = ("causationid", "dependson", "httppath", "httpbody")  # where they are


@dataclass(frozen=True, slots=True)
class HttpForm:
    """A command as a request.

    Attributes:
        method, path, headers: of it.
        body: JSON; None: there is none.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: str | None


@dataclass(frozen=True)
class Feed:
    """A log in a folder.

    Attributes:
        path: of the folder.
        manifest: what was asked for.
        account: what came out.
    """

    path: Path
    manifest: Manifest
    account: Account

    def shard(self, number: int) -> Iterator[Event]:
        """Give the commands of one shard, in order.

        Raises:
            ConfigurationError: a line is no event.
            PersistenceError: the file cannot be read.
        """
        path = self.path / shard_name(number)
        try:
            with path.open("rb") as lines:
                next(lines, None)  # the manifest
                for place, line in enumerate(lines, start=2):
                    yield _event(line, f"{path.name}:{place}")
        except OSError as error:
            raise PersistenceError(f"{path} cannot be read: {error.strerror or error}") from error

    def events(self) -> Iterator[Event]:
        """Give the commands of all shards, in the order in which they are due."""
        shards = [self.shard(number) for number in range(self.manifest.shards)]
        return heapq.merge(*shards, key=_sequence) if len(shards) > 1 else shards[0]

    def request(self, event: Event) -> HttpForm:
        """Give a command as a request.

        Raises:
            ConfigurationError: its type has no route.
        """
        route = self.manifest.routes.get(event["type"])
        if route is None:
            raise ConfigurationError(
                f"{event['id']}: {event['type']} has no route, so there is no HTTP form of it; add one to the target's feed "
                f"(routes=…), and feed anew; there are routes for {', '.join(self.manifest.routes) or 'nothing'}"
            )
        data, template = event["data"], route["path"]
        path = event.get("httppath")
        if path is None:
            try:
                path = _FIELD.sub(lambda found: quote(str(data[found[1]]), safe=""), template)
            except KeyError as error:
                raise ConfigurationError(f"{event['id']}: its data lack {error}, which is in the path {template}") from error
        if route["body"] == "own":
            body = event.get("httpbody")
        else:
            in_path = set(_FIELD.findall(template))
            rest = {name: value for name, value in data.items() if name not in in_path}
            has_body = rest or route["method"] in ("POST", "PUT", "PATCH")
            body = json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if has_body else None
        return HttpForm(route["method"], path, route.get("headers") or {}, body)


def read_feed(path: str | Path) -> Feed:
    """Open a log that is whole.

    Raises:
        ConfigurationError: there is none, or it is of another version.
    """
    path = Path(path)
    account = path / ACCOUNT
    if not account.is_file():
        raise ConfigurationError(
            f"{path} has no {ACCOUNT}, so it is no whole feed; expected a folder made by `ascetic-ddd feed … --to log:{path}`"
        )
    try:
        text = account.read_text(encoding="utf-8")
        with (path / shard_name(0)).open("rb") as lines:
            first = lines.readline()
    except OSError as error:
        raise PersistenceError(f"{path} cannot be read: {error.strerror or error}") from error
    place = f"{path / shard_name(0)}:1"
    return Feed(path, Manifest.of(_object(first, place), place), Account.of(text, str(account)))


def chain_of(event: Event) -> str:
    """Give the chain of a command: the commands of one aggregate, to be done one after the other."""
    id: str = event["id"]
    return id.rpartition("/")[0]


def needs_of(event: Event) -> list[str]:
    """Give the ids of the commands that have to be done before this one."""
    needs = event.get("dependson") or event.get("causationid")
    return needs.split(" ") if needs else []


def _event(line: bytes, place: str) -> Event:
    """One command, with what its readers rely on; what else it may lack, a check tells."""
    found = _object(line, place)
    for name, kind in _KINDS:
        if type(found.get(name)) is not kind:
            raise ConfigurationError(
                f"{place}: {line[:60]!r} is no command: its {name} is {found.get(name)!r:.60}, no {kind.__name__}"
            )
    for name in _TEXTS:
        if type(found.get(name, "")) is not str:
            raise ConfigurationError(f"{place}: {line[:60]!r} is no command: its {name} is {found[name]!r:.60}, no str")
    return found


def _object(line: bytes, place: str) -> Event:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{place}: {line[:60]!r} is no event: {error}") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{place}: {line[:60]!r} is no event: expected an object of JSON")
    return found


def _sequence(event: Event) -> str:
    sequence: str = event["sequence"]
    return sequence
