"""k6 and Artillery: files for their scripts, which wait until a command is due."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import csv_lines
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import (
    BY_CLOCK,
    Files,
    Rendering,
    requests_of,
    shards_of,
)

__all__ = ("ARTILLERY", "K6")

_MOST_PHASES = 600

_K6_SCRIPT = """\
// k6 run -e BASE_URL=… -e SHARD=0 -e VUS=50 -e START_MS=… feed.js     one process a shard, the same START_MS for all
import exec from 'k6/execution';
import http from 'k6/http';
import { check, sleep } from 'k6';
import { SharedArray } from 'k6/data';
import { Trend } from 'k6/metrics';

const shard = String(__ENV.SHARD || 0).padStart(2, '0');
const commands = new SharedArray('commands', () => JSON.parse(open(`./commands.${shard}.json`)));
const late = new Trend('feed_late', true);

export const options = {
  scenarios: {
    feed: {
      executor: 'shared-iterations',
      vus: Number(__ENV.VUS || 50),
      iterations: commands.length,
      maxDuration: '600h',
    },
  },
  thresholds: { checks: ['rate==1'] },
};

export function setup() {
  return { begun: Number(__ENV.START_MS || Date.now()) };
}

export default function (data) {
  const command = commands[exec.scenario.iterationInTest];  // each row once, in order
  const wait = data.begun + command.due_ms - Date.now();
  if (wait > 0) sleep(wait / 1000);
  late.add(Math.max(0, -wait), { name: command.name });
  const answer = http.request(command.method, `${__ENV.BASE_URL || '@BASE_URL@'}${command.path}`, command.body, {
    headers: { 'Content-Type': 'application/json', ...command.headers },
    tags: { name: command.name },
  });
  check(answer, { done: (found) => found.status > 0 && found.status < 400 });
}
"""

_ARTILLERY_SCRIPT = """\
// Waits until a command is due, and sends it as it stands in its row; reports how late it came.
const ahead = @AHEAD_MS@;  // users come so much before their commands are due
let begun = process.env.START_MS ? Number(process.env.START_MS) + ahead : undefined;

function untilDue(context, events, done) {
  if (begun === undefined) begun = Date.now() + ahead - @FIRST_MS@;  // the phases before were pauses
  const wait = begun + Number(context.vars.due_ms) - Date.now();
  setTimeout(() => {
    events.emit('histogram', 'feed.late_ms', Math.max(0, -wait));
    done();
  }, Math.max(0, wait));
}

function asTold(request, context, events, done) {
  request.method = context.vars.method;
  request.headers = { ...request.headers, ...JSON.parse(context.vars.headers || '{}') };
  if (context.vars.body) {
    request.body = Buffer.from(context.vars.body);  // in a text, Artillery would look for templates, and fill them in
    request.headers['content-type'] = 'application/json';
  }
  done();
}

module.exports = { untilDue, asTold };
"""


def _k6(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {f"commands.{shard:02}.json": _array(feed, shard) for shard in shards_of(feed)}
    return {**files, "feed.js": [_K6_SCRIPT.replace("@BASE_URL@", base_url)]}


def _array(feed: Feed, shard: int) -> Iterator[str]:
    separator = "[\n"
    for event, request in requests_of(feed, shard):
        yield separator + json.dumps(
            {
                "due_ms": event["duems"],
                "name": event["type"].rpartition(".")[2],
                "method": request.method,
                "path": request.path,
                "headers": dict(request.headers),
                "body": request.body,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        separator = ",\n"
    yield "\n]\n"


def _artillery(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {}
    for shard in shards_of(feed):
        step, counts = _phases(feed, shard)
        files[f"commands.{shard:02}.csv"] = csv_lines(_artillery_rows(feed, shard))
        files[f"feed.{shard:02}.yml"] = [_artillery_config(base_url, shard, step, counts)]
        files[f"feed.{shard:02}.js"] = [_artillery_script(step, counts)]
    return files


def _artillery_rows(feed: Feed, shard: int) -> Iterator[list[Any]]:
    for event, request in requests_of(feed, shard):
        name = event["type"].rpartition(".")[2]
        headers = json.dumps(dict(request.headers), ensure_ascii=False) if request.headers else ""
        yield [event["duems"], name, request.method, request.path, headers, request.body or ""]


def _phases(feed: Feed, shard: int) -> tuple[int, list[int]]:
    """Of pieces of time of so many seconds, from the first command on, how many commands are due in each."""
    step = max(1, -(-feed.account.span_ms // (1000 * _MOST_PHASES)))
    counts = Counter(event["duems"] // (1000 * step) for event in feed.shard(shard))
    return step, [counts[piece] for piece in range(max(counts, default=0) + 1)]


def _artillery_script(step: int, counts: list[int]) -> str:
    first = next((piece for piece, count in enumerate(counts) if count), 0)
    return _ARTILLERY_SCRIPT.replace("@AHEAD_MS@", str(step * 1000)).replace("@FIRST_MS@", str(first * step * 1000))


def _artillery_config(base_url: str, shard: int, step: int, counts: list[int]) -> str:
    """YAML; JSON is that, too, so texts are quoted as JSON does."""
    phases = "".join(
        f"    - {{ duration: {step}, arrivalCount: {count} }}\n" if count else f"    - {{ pause: {step} }}\n" for count in counts
    )
    return f"""\
# START_MS=… artillery run feed.{shard:02}.yml     one process a shard, the same START_MS for all
config:
  target: {json.dumps(base_url)}
  processor: "./feed.{shard:02}.js"
  http: {{ timeout: 60, pool: 50 }}
  phases:
{phases}  payload:
    path: "./commands.{shard:02}.csv"
    fields: ["due_ms", "name", "method", "path", "headers", "body"]
    order: sequence
    skipHeader: false
    cast: false
scenarios:
  - flow:
      - function: "untilDue"
      - post:
          url: "{{{{ path }}}}"
          name: "{{{{ name }}}}"
          beforeRequest: "asTold"
"""


K6 = Rendering(
    "k6",
    _k6,
    "START=$(($(date +%s) + 10))000   # the same for all: one process a shard\n"
    "for shard in $(seq 0 @LAST@); do\n"
    "    k6 run --address localhost:0 -e SHARD=$shard -e VUS=50 -e START_MS=$START feed.js &\n"
    "done; wait\n"
    "# elsewhere than @BASE_URL@: -e BASE_URL=http://…",
    f"{BY_CLOCK}. The metric `feed_late` tells how late commands came; below the slack, nothing comes before what it needs.",
    most_mb=100,
)
ARTILLERY = Rendering(
    "artillery",
    _artillery,
    "export START_MS=$(($(date +%s) + 10))000   # the same for all: one process a shard\n"
    "for shard in $(seq -f %02g 0 @LAST@); do artillery run feed.$shard.yml & done; wait",
    f"{BY_CLOCK}, as `feed.late_ms` tells; rows are in memory, and begin again from the first if there are more users than rows, "
    "which the phases prevent.",
    most_mb=100,
)
