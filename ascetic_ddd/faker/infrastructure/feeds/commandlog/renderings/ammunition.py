"""Engines that shoot what stands in a file, at a rate: Vegeta, Pandora, ghz."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import headers_of, json_line
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import Files, Rendering, requests_of, shards_of

__all__ = ("GHZ", "PANDORA", "VEGETA")


def _vegeta(feed: Feed, base_url: str) -> Files:
    return {f"targets.{shard:02}.jsonl": _targets(feed, base_url, shard) for shard in shards_of(feed)}


def _targets(feed: Feed, base_url: str, shard: int) -> Iterator[str]:
    for _, request in requests_of(feed, shard):
        target: dict[str, Any] = {"method": request.method, "url": base_url + request.path}
        if request.body is not None:
            target["body"] = base64.b64encode(request.body.encode()).decode()
        if headers := headers_of(request):
            target["header"] = {name: [value] for name, value in headers.items()}
        yield json_line(target)


def _pandora(feed: Feed, base_url: str) -> Files:
    host = urlsplit(base_url).netloc
    files: dict[str, Any] = {}
    for shard in shards_of(feed):
        files[f"commands.{shard:02}.ammo"] = _ammo(feed, base_url, shard)
        files[f"pandora.{shard:02}.yaml"] = [_pandora_config(feed, host, shard, is_tls=base_url.startswith("https:"))]
    return files


def _ammo(feed: Feed, base_url: str, shard: int) -> Iterator[str]:
    url = urlsplit(base_url)
    for event, request in requests_of(feed, shard):
        shot: dict[str, Any] = {
            "tag": event["type"].rpartition(".")[2],
            "uri": url.path + request.path,
            "method": request.method,
            "headers": headers_of(request),
            "host": url.netloc,  # among the headers it would be ignored
        }
        if request.body is not None:
            shot["body"] = request.body
        yield json_line(shot)


def _pandora_config(feed: Feed, host: str, shard: int, *, is_tls: bool) -> str:
    seconds = max(1, -(-feed.account.span_ms // 1000))
    rate = max(1, round(feed.account.shards[shard].commands / seconds))
    target = json.dumps(host if ":" in host else f"{host}:{443 if is_tls else 80}")
    return f"""\
pools:
  - id: feed-{shard:02}
    gun: {{ type: http, target: {target}, ssl: {str(is_tls).lower()} }}
    ammo: {{ type: http/json, file: ./commands.{shard:02}.ammo, passes: 1 }}
    result: {{ type: phout, destination: ./phout.{shard:02}.log }}
    rps: [{{ type: const, ops: {rate}, duration: {2 * seconds}s }}]
    startup: [{{ type: once, times: 50 }}]
"""


def _ghz(feed: Feed, base_url: str) -> Files:
    short = [type.rpartition(".")[2] for type in feed.account.types]
    names = {type: name if short.count(name) == 1 else type for type, name in zip(feed.account.types, short, strict=True)}
    return {f"{names[type]}.{shard:02}.json": _calls(feed, shard, type) for type in names for shard in shards_of(feed)}


def _calls(feed: Feed, shard: int, wanted: str) -> Iterator[str]:
    separator = "["
    for event in feed.shard(shard):
        if event["type"] == wanted:
            # ghz takes a file in which there are two braces for a template, with functions.
            yield separator + "\n" + json_line(event["data"]).rstrip("\n").replace("{{", "{\\u007b")
            separator = ","
    yield "\n]\n" if separator == "," else "[]\n"


_BY_RATE = (
    "due times and dependencies: commands go in order, at the rate that the engine is told; at the feed's own rate the slack "
    "lies between a command and what it needs, on average."
)
VEGETA = Rendering(
    "vegeta",
    _vegeta,
    "# one process a shard, at the feed's own rate, on average; without -lazy it would begin again from the first, and again\n"
    "for shard in $(seq -f %02g 0 @LAST@); do\n"
    "    vegeta attack -format=json -lazy -targets=targets.$shard.jsonl -rate=@RATE@/1m -output=results.$shard.bin &\n"
    "done; wait; vegeta report results.*.bin",
    f"{_BY_RATE} Of replies only the status counts.",
)
PANDORA = Rendering(
    "pandora",
    _pandora,
    "for shard in $(seq -f %02g 0 @LAST@); do pandora pandora.$shard.yaml & done; wait   # at the feed's own rate, on average",
    _BY_RATE,
)
GHZ = Rendering(
    "ghz",
    _ghz,
    "# one method a run, first what others need; -n: as many as there are, -c 1: in order\n"
    "FILE=PlaceOrder.00.json\n"
    "ghz --call yourapp.Orders.Place -D $FILE -n $(grep -c '^{' $FILE) -c 1 localhost:50051",
    "the order between methods: a method a run, so feed first what others need; due times; with a larger -n it begins again.",
    needs_routes=False,
    most_mb=100,
)
