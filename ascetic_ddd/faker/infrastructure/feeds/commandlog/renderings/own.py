"""For own use: CSV by type of command, flat and with typed columns; and requests as lines of JSON."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed, HttpForm, chain_of, needs_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import Files, Rendering, requests_of, shards_of

__all__ = ("CSV", "JSONL", "REQUEST_COLUMNS", "csv_lines", "headers_of", "json_line", "request_rows")

REQUEST_COLUMNS = ("due_ms", "name", "method", "path", "body")
"""What ``request_rows`` gives."""

_ENVELOPE = ("sequence:int", "id:str", "key:str", "time:str", "due_ms:int", "dep_ms:int?", "needs:str")
_KINDS = {bool: "bool", int: "int", float: "float", str: "str"}


def json_line(value: Any) -> str:
    """Give a line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(rows: Iterator[list[Any]], *, terminator: str = "\r\n", always: bool = False) -> Iterator[str]:
    """Give rows as lines of CSV, as RFC 4180 has it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=terminator, quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL)
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def headers_of(request: HttpForm) -> dict[str, str]:
    """Give the headers of a request, with the type of its body."""
    return {**({"Content-Type": "application/json"} if request.body is not None else {}), **request.headers}


def request_rows(feed: Feed, shard: int) -> Iterator[list[Any]]:
    """Give the requests of a shard as rows; without the headers of routes."""
    for event, request in requests_of(feed, shard):
        yield [event["duems"], event["type"].rpartition(".")[2], request.method, request.path, request.body or ""]


def _jsonl(feed: Feed, base_url: str) -> Files:
    return {f"requests.{shard:02}.jsonl": _request_lines(feed, shard) for shard in shards_of(feed)}


def _request_lines(feed: Feed, shard: int) -> Iterator[str]:
    for event, request in requests_of(feed, shard):
        yield json_line(
            {
                "id": event["id"],
                "chain": chain_of(event),
                "needs": needs_of(event),
                "due_ms": event["duems"],
                "name": event["type"].rpartition(".")[2],
                "method": request.method,
                "path": request.path,
                "headers": dict(request.headers),
                "body": request.body,
            }
        )


def _csv(feed: Feed, base_url: str) -> Files:
    columns = _columns(feed)
    names = _names(list(columns))
    return {
        f"{names[type]}.{shard:02}.csv": csv_lines(_rows(feed, shard, type, kinds))
        for type, kinds in columns.items()
        for shard in shards_of(feed)
    }


def _columns(feed: Feed) -> dict[str, dict[str, str]]:
    """By type of command, its fields with their kinds: found by reading the log once."""
    seen: dict[str, dict[str, set[str]]] = {type: {} for type in feed.account.types}
    for shard in shards_of(feed):
        for event in feed.shard(shard):
            fields = seen.setdefault(event["type"], {})
            for name, value in event["data"].items():
                fields.setdefault(name, set()).add("?" if value is None else _KINDS.get(type(value), "json"))
    return {type: {name: _kind(kinds) for name, kinds in fields.items()} for type, fields in seen.items()}


def _kind(kinds: set[str]) -> str:
    named = kinds - {"?"}
    kind = named.pop() if len(named) == 1 else "float" if named == {"int", "float"} else "json" if named else "str"
    return kind + "?" * ("?" in kinds)


def _names(types: list[str]) -> dict[str, str]:
    """The last word of a type's name, where that is enough."""
    short = [type.rpartition(".")[2] for type in types]
    return {type: name if short.count(name) == 1 else type for type, name in zip(types, short, strict=True)}


def _rows(feed: Feed, shard: int, wanted: str, kinds: dict[str, str]) -> Iterator[list[Any]]:
    yield [*_ENVELOPE, *(f"{name}:{kind}" for name, kind in kinds.items())]
    for event in feed.shard(shard):
        if event["type"] == wanted:
            needs = " ".join(needs_of(event))
            envelope = [
                event["sequence"],
                event["id"],
                event.get("partitionkey"),
                event.get("time"),
                event["duems"],
                event.get("depms"),
                needs,
            ]
            yield [*envelope, *(_text(event["data"].get(name), kind) for name, kind in kinds.items())]


def _text(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind.startswith("json"):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return ("false", "true")[value] if isinstance(value, bool) else value


CSV = Rendering(
    "csv",
    _csv,
    "# a file for each type of command and shard; the header tells the kinds: name:int, …?: may be empty; json: in JSON",
    "the order between types, but by `sequence`; an empty text is not told from null.",
    needs_routes=False,
)
JSONL = Rendering(
    "jsonl",
    _jsonl,
    "# a request a line, a file for each shard, in order; `body` is a text of JSON",
    "the data of commands, if their routes send another body.",
)
