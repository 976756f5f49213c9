"""Yandex.Tank: requests with the times at which they are due, for phantom, or for Tank's own BFG where that is not installed."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import headers_of
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import (
    BY_CLOCK,
    Files,
    Rendering,
    requests_of,
    shards_of,
)

__all__ = ("TANK",)

_CONFIG = """\
# In a folder below: START=… yandex-tank -c ../@GUN@.@SHARD@.yaml     one process a shard, the same START (in seconds since 1970)
@GUN@:
  enabled: true
  address: @ADDRESS@
  load_profile: { load_type: stpd_file, schedule: ../commands.@SHARD@.stpd }
  instances: @INSTANCES@
@MORE@
shellexec: { prepare: 'while [ "$(date +%s)" -lt "${START:-0}" ]; do sleep 0.1; done' }
core: { lock_dir: . }
console: { enabled: false }
telegraf: { enabled: false }
"""

_GUN = """\
  gun_type: ultimate
  gun_config: { module_path: ../bfg.py, module_name: bfg, class_name: LoadTest, init_param: @BASE_URL@ }
"""

_BFG = '''\
"""Sends each request as it stands in the file, by a connection of its own."""

import http.client
from functools import partial
from urllib.parse import urlsplit


class LoadTest:
    def __init__(self, gun):
        self.gun = gun

    def setup(self, base_url):
        url = urlsplit(base_url)
        client = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self.connect = partial(client, url.hostname, url.port, timeout=60)

    def __getattr__(self, name):
        if name.startswith("__") or name == "teardown":
            raise AttributeError(name)
        return partial(self.send, name)  # a request is given to the method that is named as its command

    def send(self, name, request):
        head, _, body = request.partition("\\r\\n\\r\\n")
        first, *lines = head.split("\\r\\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        with self.gun.measure(name) as sample:
            connection = self.connect()
            try:
                connection.request(method, path, body.encode() or None, {**headers, "Connection": "close"})
                answer = connection.getresponse()
                answer.read()
                sample["proto_code"] = answer.status
            finally:
                connection.close()
'''


def _tank(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {"bfg.py": [_BFG]}
    url = urlsplit(base_url)
    is_tls = url.scheme == "https"
    phantom = f"  ssl: {str(is_tls).lower()}"
    bfg = _GUN.replace("@BASE_URL@", json.dumps(base_url)).rstrip("\n")
    for shard in shards_of(feed):
        files[f"commands.{shard:02}.stpd"] = _requests(feed, base_url, shard)
        files[f"commands.{shard:02}.stpd_si.json"] = [_facts(feed, shard)]
        for gun, instances, more in (("phantom", 1000, phantom), ("bfg", 20, bfg)):
            told = {
                "GUN": gun,
                "SHARD": f"{shard:02}",
                "ADDRESS": json.dumps(f"{url.hostname}:{url.port or (443 if is_tls else 80)}"),
                "INSTANCES": str(instances),
                "MORE": more,
            }
            files[f"{gun}.{shard:02}.yaml"] = [_filled(_CONFIG, told)]
    return files


def _filled(text: str, told: dict[str, str]) -> str:
    for name, value in told.items():
        text = text.replace(f"@{name}@", value)
    return text


def _requests(feed: Feed, base_url: str, shard: int) -> Iterator[str]:
    url = urlsplit(base_url)
    for event, request in requests_of(feed, shard):
        body = request.body or ""
        headers = {"Host": url.netloc, "Connection": "keep-alive", **headers_of(request)}
        if request.body is not None:
            headers["Content-Length"] = str(len(body.encode()))
        first = f"{request.method} {url.path}{request.path} HTTP/1.1"
        text = "\r\n".join([first, *(f"{name}: {value}" for name, value in headers.items()), "", body])
        yield f"{len(text.encode())} {event['duems']} {event['type'].rpartition('.')[2]}\n{text}\n"


def _facts(feed: Feed, shard: int) -> str:
    """What Tank wants to know of such a file."""
    commands = feed.account.shards[shard].commands
    seconds = max(1, -(-feed.account.span_ms // 1000))
    steps = [[round(commands / seconds), seconds]]
    facts = {"loop_count": 1, "steps": steps, "loadscheme": [], "duration": seconds, "ammo_count": commands, "instances": None}
    return json.dumps(facts, indent=4) + "\n"


TANK = Rendering(
    "tank",
    _tank,
    "# one process a shard, each in a folder of its own, where it writes its results\n"
    "# phantom.$shard.yaml, where phantom is installed; `pip install yandextank` brings only bfg\n"
    "export START=$(($(date +%s) + 20))   # the same for all\n"
    "for shard in $(seq -f %02g 0 @LAST@); do (mkdir -p $shard; cd $shard; yandex-tank -c ../bfg.$shard.yaml) & done; wait",
    f"{BY_CLOCK}. A process of BFG is busy until it is answered: `instances` of the configuration.",
)
