"""Real engines: where they are, how they play a feed, as the README beside their files says, and what the application hears."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import README

__all__ = ("ENGINES", "Heard", "Listener", "play", "require")

ENGINES = {"locust": "locust", "artillery": "artillery", "jmeter": "jmeter", "tank": "yandex-tank"}
"""By form, the program."""

_Receive = Callable[[], Awaitable[Any]]
_Send = Callable[[Any], Awaitable[None]]
_LONGEST_S = 300
_DEBIANS_JMETER = Path("/usr/share/jmeter/bin/ApacheJMeter.jar")


def require(form: str) -> Path:
    """Give an engine's program, by ``ASCETIC_DDD_LOCUST`` and the like, or on the path; the test is skipped without it."""
    program = ENGINES[form]
    found = os.environ.get(f"ASCETIC_DDD_{form.upper()}") or shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed: it has not played a feed")
    return Path(found)


def play(form: str, folder: Path) -> str:
    """Let an engine play what is in a folder, to its end; gives what it said."""
    program = require(form)
    readme = re.search(r"```sh\n(.*?)\n```", (folder / README).read_text("utf-8"), re.DOTALL)
    assert readme is not None
    script = re.sub(r"(?<=date \+%s\) \+ )\d+", str(_seconds_to_get_ready(program, folder)), readme[1])
    if form == "jmeter" and program.parent == Path("/usr/bin") and _DEBIANS_JMETER.exists():
        script = script.replace("# jmeter() {", "jmeter() {")
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    running = subprocess.Popen(
        ["sh", "-euc", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        told, _ = running.communicate(timeout=_LONGEST_S)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        told, _ = running.communicate()
        pytest.fail(f"{form} is at no end after {_LONGEST_S} s: {told[-2000:]}")
    assert running.returncode == 0, told[-2000:]
    return told


def _seconds_to_get_ready(program: Path, folder: Path) -> int:
    """All processes shall be ready at the start: each takes longer than to tell its version, and both start at once."""
    begun = time.monotonic()
    subprocess.run([program, "--version"], cwd=folder, check=True, capture_output=True)  # JMeter writes a log where it is
    return 10 + round(4 * (time.monotonic() - begun))


@dataclass(frozen=True)
class Heard:
    """A request.

    Attributes:
        method, path: as they were sent.
        body: of it.
    """

    method: str
    path: str
    body: bytes


@dataclass
class Listener:
    """Stands before an application, or for one that takes all.

    Attributes:
        app: which answers; None: 204 is the answer.
        heard: what came.
        answers: how many there were, by status and path.
    """

    app: Any = None
    heard: list[Heard] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    async def __call__(self, scope: dict[str, Any], receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            assert self.app is not None, "uvicorn goes on without a lifespan"
            await self.app(scope, receive, send)
            return

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.answers[message["status"]] += 1
            await send(message)

        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        body = b"".join(message.get("body", b"") for message in messages)
        self.heard.append(Heard(scope["method"], scope["raw_path"].decode(), body))
        if self.app is None:
            await answer({"type": "http.response.start", "status": 204, "headers": []})
            await answer({"type": "http.response.body", "body": b""})
        else:
            again = iter(messages)

            async def received() -> Any:
                return next(again, None) or await receive()

            await self.app(scope, received, answer)
