"""Locust: requests as lines of JSON, and a locustfile that keeps chains, waits for what is needed, and tells of late starts."""

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import JSONL
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import Files, Rendering

__all__ = ("LOCUST",)

_LOCUSTFILE = '''\
"""Plays the feed beside it: locust -f locustfile.py --headless --users 50 --spawn-rate 50 --host @BASE_URL@ [--processes 2]

A worker takes every n-th shard; its users take the commands in order. A command is sent when it is due and when what it needs of
the same worker is done. The statistics have, beside the requests, LATE: how long after its due time a command was begun.
It ends when all workers have come to the end of their shards.
"""

import heapq
import json
import time
from pathlib import Path

import gevent
from gevent.event import Event
from gevent.lock import Semaphore
from locust import FastHttpUser, constant, events, task
from locust.runners import MasterRunner, WorkerRunner

SHARDS = @SHARDS@
HERE = Path(__file__).parent


class Feed:
    """The commands of one worker, in the order in which they are due."""

    def __init__(self, environment):
        runner = environment.runner
        index = runner.worker_index if isinstance(runner, WorkerRunner) else 0
        workers = max(1, int(environment.parsed_options.expect_workers or 1)) if isinstance(runner, WorkerRunner) else 1
        if isinstance(runner, WorkerRunner) and environment.parsed_options.processes:
            workers = max(workers, abs(environment.parsed_options.processes))
        mine = [shard for shard in range(SHARDS) if shard % workers == index]
        self.rows = heapq.merge(*map(self.read, mine), key=lambda row: row["due_ms"])
        self.lock = Semaphore()
        self.under_way = {}
        self.undone = set()
        self.begun = time.time()
        self.is_ended = False

    @staticmethod
    def read(shard):
        with (HERE / f"requests.{shard:02}.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def take(self):
        """Give the next command, and what it waits for; None at the end."""
        with self.lock:
            row = next(self.rows, None)
            if row is not None:
                row["waits"] = [self.under_way[need] for need in row["needs"] if need in self.under_way]
                self.under_way[row["id"]] = Event()
            return row

    def end(self, row, is_done):
        """Let those go on that wait for it."""
        if not is_done:
            self.undone.add(row["chain"])
        self.under_way.pop(row["id"]).set()

    def is_at_end(self):
        """Whether it has come to its end; said once."""
        if self.is_ended or self.under_way:
            return False
        self.is_ended = True
        return True


@events.init.add_listener
def listen(environment, **_):
    """All is over when all workers are at their ends."""
    runner, ended = environment.runner, set()

    def end(environment, msg, **_):
        ended.add(msg.node_id)
        if len(ended) >= (runner.worker_count if isinstance(runner, MasterRunner) else 1):
            gevent.spawn(runner.quit)

    if not isinstance(runner, WorkerRunner):
        runner.register_message("feed_end", end)


@events.test_start.add_listener
def begin(environment, **_):
    if not isinstance(environment.runner, MasterRunner):
        environment.feed = Feed(environment)


class CommandUser(FastHttpUser):
    """Sends one command after the other."""

    wait_time = constant(0)

    @task
    def command(self):
        feed = self.environment.feed
        row = feed.take()
        if row is None:
            if feed.is_at_end():
                self.environment.runner.send_message("feed_end")
            gevent.sleep(1)
            return
        is_done = False
        try:
            gevent.sleep(max(0.0, feed.begun + row["due_ms"] / 1000 - time.time()))
            for wait in row["waits"]:
                wait.wait()
            if any(need.rpartition("/")[0] in feed.undone for need in row["needs"]):
                self.environment.events.request.fire(
                    request_type="SKIPPED", name=row["name"], response_time=0, response_length=0, context={},
                    exception=RuntimeError("what it needs was refused"),
                )
                return
            late_ms = max(0.0, (time.time() - feed.begun) * 1000 - row["due_ms"])
            self.environment.events.request.fire(
                request_type="LATE", name=row["name"], response_time=late_ms, response_length=0, context={}, exception=None
            )
            headers = {"Content-Type": "application/json", **row["headers"]}
            body = row["body"].encode() if row["body"] is not None else None
            with self.client.request(
                row["method"], row["path"], data=body, headers=headers, name=row["name"], catch_response=True
            ) as answer:
                is_done = 0 < answer.status_code < 400
                if not is_done:
                    answer.failure(f"{answer.status_code} {answer.text[:200] if answer.text else ''}")
        finally:
            feed.end(row, is_done)
'''


def _locust(feed: Feed, base_url: str) -> Files:
    script = _LOCUSTFILE.replace("@BASE_URL@", base_url).replace("@SHARDS@", str(feed.manifest.shards))
    return {**JSONL.files(feed, base_url), "locustfile.py": [script]}


LOCUST = Rendering(
    "locust",
    _locust,
    "locust -f locustfile.py --headless --users 50 --spawn-rate 50 --host @BASE_URL@ --processes 2\n"
    "# on several machines: … --master --expect-workers 2, and on each: locust -f locustfile.py --worker --master-host …",
    "needs across workers, but by the clock: LATE in the statistics tells how late commands came; below the slack nothing comes "
    "before what it needs is sent. At most as many shards as workers are of use; a worker that joins later begins its own time.",
)
