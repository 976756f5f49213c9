"""Each form is read as its engine documents it: nothing is lost of the requests and their order, nor of times that are kept."""

import ast
import base64
import csv
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed, chain_of, needs_of, read_feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.registry import RENDERINGS
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import README, Rendered, Rendering, render
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from tests.unit.faker.infrastructure.feeds.commandlog import graph, sayings

BASE_URL = "http://shop.test:8000/api"
SHARDS = 2

# tsenart/vegeta lib/target.schema.json, which `vegeta attack -format=json` documents.
VEGETA = {
    "type": "object",
    "required": ["method", "url"],
    "additionalProperties": False,
    "properties": {
        "method": {"type": "string"},
        "url": {"type": "string"},
        "body": {"type": "string", "contentEncoding": "base64"},
        "header": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}
# yandex/pandora docs/eng/providers.md, http/json
PANDORA = {
    "type": "object",
    "required": ["uri", "method", "host"],
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "string"} for name in ("tag", "uri", "method", "host", "body")},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"not": {"const": "Host"}}},
    },
}


@pytest.fixture(scope="module", params=["of a graph", "of words that mean something to some engine"])
def feed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Feed:
    path = tmp_path_factory.mktemp("feeds") / "log"
    if request.param != "of a graph":
        return sayings.feed(path, SHARDS)
    graph.feed(path, 120, shards=SHARDS)
    return read_feed(path)


def rendered(name: str, feed: Feed, tmp_path: Path) -> Path:
    found = render(RENDERINGS[name], feed, tmp_path / name, base_url=BASE_URL)
    assert {file.name for file in found.path.iterdir()} == {*found.bytes, README}
    assert found.loses in (found.path / README).read_text("utf-8")
    return found.path


def expected(feed: Feed, shard: int) -> list[tuple[int, str, str, dict[str, str], Any]]:
    """What every request says: due, method, path, headers, body."""
    found = []
    for event in feed.shard(shard):
        form = feed.request(event)
        found.append((event["duems"], form.method, form.path, dict(form.headers), form.body and json.loads(form.body)))
    return found


def lines_of(path: Path) -> list[str]:
    """Lines end with a line feed, and nothing else: a text may have other line ends."""
    *lines, rest = path.read_text("utf-8").split("\n")
    assert rest == ""
    return lines


def without_headers(requests: list[tuple[int, str, str, dict[str, str], Any]]) -> list[tuple[int, str, str, Any]]:
    return [(due, method, path, body) for due, method, path, _, body in requests]


@pytest.mark.parametrize("shard", range(SHARDS))
class TestEachShard:
    def test_json_lines(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("jsonl", feed, tmp_path)
        rows = [json.loads(line) for line in lines_of(path / f"requests.{shard:02}.jsonl")]
        assert [(r["due_ms"], r["method"], r["path"], r["headers"], json.loads(r["body"])) for r in rows] == expected(feed, shard)
        events = list(feed.shard(shard))
        assert [(row["id"], row["chain"], row["needs"]) for row in rows] == [(e["id"], chain_of(e), needs_of(e)) for e in events]

    def test_k6_parses_an_array(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("k6", feed, tmp_path)
        rows = json.loads((path / f"commands.{shard:02}.json").read_text("utf-8"))
        assert [(r["due_ms"], r["method"], r["path"], r["headers"], json.loads(r["body"])) for r in rows] == expected(feed, shard)

    def test_gatlings_feeder_is_csv_with_a_header(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("gatling", feed, tmp_path)
        with (path / f"commands.{shard:02}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        told = [(int(row["due_ms"]), row["method"], row["path"], json.loads(row["body"])) for row in rows]
        assert told == without_headers(expected(feed, shard))

    def test_jmeters_data_set_is_quoted_and_without_a_header(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("jmeter", feed, tmp_path)
        lines = lines_of(path / f"commands.{shard:02}.csv")
        rows = list(csv.reader(lines, strict=True))
        assert all(line.startswith('"') and line.endswith('"') for line in lines)
        assert [(int(r[0]), r[2], r[3], json.loads(r[4])) for r in rows] == without_headers(expected(feed, shard))
        plan = ET.parse(path / f"feed.{shard:02}.jmx").getroot()  # our own
        (data_set,) = plan.iter("CSVDataSet")
        told = {each.get("name"): each.text for each in data_set if each.tag != "hashTree"}
        assert told["variableNames"] == "due_ms,name,method,path,body"
        assert (told["filename"], told["quotedData"], told["recycle"], told["stopThread"], told["shareMode"]) == (
            f"commands.{shard:02}.csv", "true", "false", "true", "shareMode.all",
        )  # fmt: skip
        methods = {each.text for each in plan.iter("stringProp") if each.get("name") == "HTTPSampler.method"}
        assert methods == {route["method"] for route in feed.manifest.routes.values()}

    def test_every_element_of_jmeters_tree_is_followed_by_its_own(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        """A hashTree holds pairs: an element, and the hashTree of what is below it."""
        path = rendered("jmeter", feed, tmp_path)
        for tree in ET.parse(path / f"feed.{shard:02}.jmx").getroot().iter("hashTree"):
            tags = [child.tag == "hashTree" for child in tree]
            assert tags == [False, True] * (len(tags) // 2)

    def test_artillery_has_a_row_for_each_user(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("artillery", feed, tmp_path)
        with (path / f"commands.{shard:02}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        told = [(int(r[0]), r[2], r[3], json.loads(r[4]) if r[4] else {}, json.loads(r[5])) for r in rows]
        assert told == expected(feed, shard)
        config = (path / f"feed.{shard:02}.yml").read_text("utf-8")
        phases = re.findall(r"^ {4}- \{ (?:duration: (\d+), arrivalCount: (\d+)|pause: (\d+)) \}$", config, re.MULTILINE)
        second, users = 0, []
        for duration, count, pause in phases:
            users += [second] * int(count or 0)
            second += int(duration or pause)
        assert users == [row[0] // 1000 for row in told]  # in the second in which it is due, a user comes for each command
        assert 'fields: ["due_ms", "name", "method", "path", "headers", "body"]' in config
        assert "order: sequence" in config

    def test_vegeta_reads_a_target_a_line(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("vegeta", feed, tmp_path)
        targets = [json.loads(line) for line in lines_of(path / f"targets.{shard:02}.jsonl")]
        for target, (_, method, place, headers, body) in zip(targets, expected(feed, shard), strict=True):
            jsonschema.validate(target, VEGETA)
            assert (target["method"], target["url"]) == (method, BASE_URL + place)
            assert json.loads(base64.b64decode(target["body"], validate=True)) == body
            assert target["header"] == {name: [value] for name, value in {"Content-Type": "application/json", **headers}.items()}

    def test_pandora_reads_an_ammo_a_line(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("pandora", feed, tmp_path)
        shots = [json.loads(line) for line in lines_of(path / f"commands.{shard:02}.ammo")]
        for shot, (_, method, place, headers, body) in zip(shots, expected(feed, shard), strict=True):
            jsonschema.validate(shot, PANDORA)
            assert (shot["method"], shot["uri"], shot["host"]) == (method, "/api" + place, "shop.test:8000")
            assert json.loads(shot["body"]) == body
            assert headers.items() <= shot["headers"].items()
        assert 'target: "shop.test:8000"' in (path / f"pandora.{shard:02}.yaml").read_text("utf-8")

    def test_tank_reads_requests_by_their_size_and_time(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        data = (rendered("tank", feed, tmp_path) / f"commands.{shard:02}.stpd").read_bytes()
        for due_ms, method, place, headers, body in expected(feed, shard):
            head, data = data.split(b"\n", 1)
            size, time, tag = head.split(b" ")
            assert int(time) == due_ms
            request, data = data[: int(size)], data[int(size) :]
            assert data.startswith(b"\n")
            data = data[1:]
            lines, text = request.split(b"\r\n\r\n", 1)
            first, *told = lines.decode().split("\r\n")
            assert first == f"{method} /api{place} HTTP/1.1"
            fields = dict(line.split(": ", 1) for line in told)
            assert int(fields["Content-Length"]) == len(text)
            assert headers.items() <= fields.items()
            assert fields["Host"] == "shop.test:8000"
            assert json.loads(text) == body
            assert tag.isalpha()
        assert data == b""

    def test_ghz_reads_an_array_for_each_method(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("ghz", feed, tmp_path)
        for type in feed.account.types:
            text = (path / f"{type.rpartition('.')[2]}.{shard:02}.json").read_text("utf-8")
            calls = json.loads(text)
            assert "{{" not in text  # where templates begin, which ghz would fill in
            assert calls == [event["data"] for event in feed.shard(shard) if event["type"] == type]

    def test_csv_is_flat_and_its_header_tells_the_kinds(self, feed: Feed, tmp_path: Path, shard: int) -> None:
        path = rendered("csv", feed, tmp_path)
        read = {"int": int, "str": str}
        for type in feed.account.types:
            with (path / f"{type.rpartition('.')[2]}.{shard:02}.csv").open(encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file, strict=True)
            names = [each.partition(":")[0] for each in header]
            kinds = [each.partition(":")[2] for each in header]
            events = [event for event in feed.shard(shard) if event["type"] == type]
            for row, event in zip(rows, events, strict=True):
                told = {
                    name: None if text == "" and kind.endswith("?") else read[kind.rstrip("?")](text)
                    for name, kind, text in zip(names, kinds, row, strict=True)
                }
                assert told["due_ms"] == event["duems"]
                assert {name: told[name] for name in event["data"]} == event["data"]


def test_scripts_can_be_parsed(feed: Feed, tmp_path: Path) -> None:
    ast.parse((rendered("locust", feed, tmp_path) / "locustfile.py").read_text("utf-8"))
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the scripts of k6 and Artillery are not parsed")
    k6 = rendered("k6", feed, tmp_path) / "feed.js"
    artillery = rendered("artillery", feed, tmp_path) / "feed.00.js"
    module = tmp_path / "feed.mjs"
    module.write_text(k6.read_text("utf-8"))
    for script in (module, artillery):
        subprocess.run([node, "--check", str(script)], check=True, capture_output=True)


def test_artillerys_script_waits_until_a_command_is_due(feed: Feed, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the script of Artillery is not run")
    script = rendered("artillery", feed, tmp_path) / "feed.00.js"
    program = f"""
        const {{ untilDue, asTold }} = require({json.dumps(str(script))});
        const vars = {{ due_ms: '0', method: 'PUT', headers: '{{"X-A":"b"}}', body: '{{"a":1}}' }};
        const events = {{ emit: (kind, name, late) => console.log(kind, name, late >= 0) }};
        untilDue({{ vars }}, events, () => {{
          const request = {{ headers: {{}} }};
          asTold(request, {{ vars }}, events, () => {{
            console.log(Buffer.isBuffer(request.body), JSON.stringify({{ ...request, body: String(request.body) }}));
          }});
        }});
    """
    done = subprocess.run([node, "-e", program], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "histogram feed.late_ms true",
        'true {"headers":{"X-A":"b","content-type":"application/json"},"method":"PUT","body":"{\\"a\\":1}"}',
    ]


def test_k6s_script_sends_each_row_once_when_it_is_due(feed: Feed, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the script of k6 is not run")
    folder = rendered("k6", feed, tmp_path)
    script = re.sub(r"^import .*$", "", (folder / "feed.js").read_text("utf-8"), flags=re.MULTILINE)
    script = script.replace("export default function", "function iteration").replace("export ", "")
    # k6's modules, as far as the script uses them, and a clock that only sleeping moves on; eval: k6's are no modules of node.
    program = f"""
        const fs = require('fs'), told = [];
        let now = 1000000, row = 0;
        Date.now = () => now;
        const exec = {{ scenario: {{ get iterationInTest() {{ return row; }} }} }};
        const sleep = (seconds) => {{ now += seconds * 1000; }};
        const check = (answer, rules) => Object.values(rules).every((rule) => rule(answer));
        const open = (name) => fs.readFileSync(name, 'utf-8');
        const http = {{ request: (method, url, body, {{ headers }}) => {{
          told.push([Math.round(now - 1000000), method, url, headers, body]);
          return {{ status: 204 }};
        }} }};
        class SharedArray {{ constructor(name, read) {{ return read(); }} }}
        class Trend {{ add() {{}} }}
        const __ENV = {{ SHARD: '1' }};
        {script}
        const data = setup();
        for (; row < options.scenarios.feed.iterations; row++) iteration(data);
        console.log(JSON.stringify(told));
    """
    done = subprocess.run([node, "-e", program], cwd=folder, check=True, capture_output=True, text=True)
    assert [(due, method, url, body) for due, method, url, _, body in json.loads(done.stdout)] == [
        (event["duems"], form.method, BASE_URL + form.path, form.body)
        for event, form in ((event, feed.request(event)) for event in feed.shard(1))
    ]


def test_a_command_without_a_route_has_no_request(tmp_path: Path) -> None:
    graph.feed(tmp_path / "log", 20)
    manifest = (tmp_path / "log" / "commands.00.jsonl").read_text("utf-8").replace('graph.FinishTask":{', 'graph.Other":{', 1)
    (tmp_path / "log" / "commands.00.jsonl").write_text(manifest)
    feed = read_feed(tmp_path / "log")
    for name, rendering in RENDERINGS.items():
        if rendering.needs_routes:
            with pytest.raises(ConfigurationError, match=rf"{name}: \S+FinishTask has no route"):
                render(rendering, feed, tmp_path / name)
        else:
            render(rendering, feed, tmp_path / name)
    assert {path.name for path in tmp_path.iterdir()} == {"log", "csv", "ghz"}


def test_a_folder_in_use_is_left_alone_and_a_failure_leaves_nothing(feed: Feed, tmp_path: Path) -> None:
    (tmp_path / "k6").mkdir()
    (tmp_path / "k6" / "mine").touch()
    with pytest.raises(OccupiedError, match="--force"):
        render(RENDERINGS["k6"], feed, tmp_path / "k6")
    assert [file.name for file in (tmp_path / "k6").iterdir()] == ["mine"]

    def broken(feed: Feed, base_url: str) -> dict[str, list[str]]:
        return {"one": ["1"], "two": [1]}  # type: ignore[list-item]

    with pytest.raises(TypeError):
        render(Rendering("broken", broken, "", ""), feed, tmp_path / "broken")
    assert [path.name for path in tmp_path.iterdir()] == ["k6"]


def test_a_file_that_an_engine_keeps_in_memory_is_told_of(feed: Feed, tmp_path: Path) -> None:
    small = Rendering("small", lambda feed, base_url: {"rows": ["x" * (1 << 21)]}, "", "", needs_routes=False, most_mb=1)
    found: Rendered = render(small, feed, tmp_path / "small")
    assert found.notes == ("rows has 2 MB, and small keeps it in memory: more shards make smaller files",)


@pytest.mark.parametrize("name", RENDERINGS)
def test_what_stands_for_something_is_filled_in(name: str, feed: Feed, tmp_path: Path) -> None:
    for file in rendered(name, feed, tmp_path).iterdir():
        assert re.findall(r"@[A-Z_]+@", file.read_text("utf-8")) == [], file.name


def test_no_password_stands_in_a_file(feed: Feed, tmp_path: Path) -> None:
    for name, rendering in RENDERINGS.items():
        found = render(rendering, feed, tmp_path / name, base_url="http://ann:ses@me@shop.test:8000/api/")
        assert "are written into no file" in found.notes[0]
        texts = [file.read_text("utf-8") for file in found.path.iterdir()]
        assert not any("ann" in text or "ses@me" in text for text in texts)
        assert rendering.name in ("csv", "jsonl", "ghz") or any("shop.test:8000" in text for text in texts)


@pytest.mark.parametrize(
    "base_url", ["shop.test", "ftp://shop.test", 'http://shop.test/"', "http://shop.test/'", "http://a b/", "http://${x}"]
)
def test_a_base_url_stands_in_scripts_so_it_has_no_quotes(base_url: str, feed: Feed, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no base URL"):
        render(RENDERINGS["k6"], feed, tmp_path / "k6", base_url=base_url)
