"""What a rendering is: a log in the form of somebody else's files, and what that form cannot keep."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Event, Feed, HttpForm
from ascetic_ddd.faker.infrastructure.feeds.commandlog.unfinished import WRITTEN_LAST, UnfinishedFolder

__all__ = ("BY_CLOCK", "README", "Files", "Rendered", "Rendering", "render", "requests_of", "shards_of")

README = WRITTEN_LAST[1]
BY_CLOCK = "dependencies, but by the clock: what needs another command is due at least the slack after it"
"""What is lost by an engine that starts a command when it is due."""
_PIECES_AT_ONCE = 512
_MB = 1 << 20
_BASE_URL = re.compile(r"""(?P<scheme>https?://)(?P<user>[^/]*@)?(?P<place>[^\s"'`\\${}#?@]+)""")

Files = Mapping[str, Iterable[str]]
"""By name, the text of a file, in pieces; each is asked for once, and read from the log then."""


@dataclass(frozen=True)
class Rendering:
    """A form for a load engine.

    Attributes:
        name: by which it is asked for.
        files: log, base URL → files.
        usage: how the engine is run on them, for the README; with @BASE_URL@, @LAST@ for the number of the
            last shard, @RATE@ for the commands of a shard a minute.
        loses: what the form cannot keep, or only in part; in words.
        needs_routes: it is of requests.
        most_mb: a file larger than that is told: the engine keeps it in memory; None: it streams.
    """

    name: str
    files: Callable[[Feed, str], Files]
    usage: str
    loses: str
    needs_routes: bool = True
    most_mb: int | None = None


@dataclass(frozen=True)
class Rendered:
    """What came out.

    Attributes:
        name: of the rendering.
        path: of the folder.
        bytes: of its files, by name.
        loses: what the form cannot keep.
        notes: what else the user should know.
    """

    name: str
    path: Path
    bytes: Mapping[str, int]
    loses: str
    notes: tuple[str, ...]


def render(
    rendering: Rendering,
    feed: Feed,
    path: Path,
    *,
    base_url: str = "http://localhost:8000",
    force: bool = False,
    readable: bool = False,
) -> Rendered:
    """Write a log in another form, into a folder that is there when it is whole. The log is read line by line.

    Args:
        rendering: the form.
        feed: the log.
        path: the folder.
        base_url: where the application will be, for engines that have it in their files.
        force: replace what is there.
        readable: others may read the files, as the umask allows.

    Raises:
        ConfigurationError: a command has no route, and the form is of requests; the base URL is none.
        OccupiedError: the folder has files.
        PersistenceError: it cannot be written; nothing is left.
    """
    if rendering.needs_routes:
        for type in feed.account.types:
            if type not in feed.manifest.routes:
                raise ConfigurationError(
                    f"{rendering.name}: {type} has no route, so there is no request for it; add one to the target's feed"
                )
    base_url, notes = _public(base_url)
    files = rendering.files(feed, base_url)
    folder = UnfinishedFolder(path, f"{rendering.name} {feed.account}", list(files), anew=True, force=force, readable=readable)
    try:
        for name, pieces in files.items():
            for data in _at_once(pieces):
                folder.write(name, data)
        sizes = {name: size for name, (size, _) in folder.sums().items()}
        folder.finish({README: _readme(rendering, feed, base_url)})
    except BaseException:
        folder.discard()
        raise
    limit = rendering.most_mb
    notes += tuple(
        f"{name} has {size / _MB:,.0f} MB, and {rendering.name} keeps it in memory: more shards make smaller files"
        for name, size in sizes.items()
        if limit is not None and size > limit * _MB
    )
    return Rendered(rendering.name, path, sizes, rendering.loses, notes)


def shards_of(feed: Feed) -> range:
    """Give the numbers of the shards."""
    return range(feed.manifest.shards)


def requests_of(feed: Feed, shard: int) -> Iterator[tuple[Event, HttpForm]]:
    """Give the commands of a shard with their requests."""
    for event in feed.shard(shard):
        yield event, feed.request(event)


def _public(base_url: str) -> tuple[str, tuple[str, ...]]:
    """What may stand in files, in scripts between quotes; and what is to be said of it."""
    found = _BASE_URL.fullmatch(base_url)
    if found is None:
        raise ConfigurationError(f"{base_url!r} is no base URL; expected http://host:port/path, without spaces and quotes")
    note = "user and password of the base URL are written into no file: tell them to the engine"
    return (found["scheme"] + found["place"]).rstrip("/"), (note,) if found["user"] else ()


def _at_once(pieces: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) == _PIECES_AT_ONCE:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _readme(rendering: Rendering, feed: Feed, base_url: str) -> str:
    shards = feed.manifest.shards
    a_minute = max(1, round(feed.account.commands / shards * 60_000 / max(1, feed.account.span_ms)))
    usage = rendering.usage.replace("@BASE_URL@", base_url).replace("@LAST@", f"{shards - 1:02}").replace("@RATE@", str(a_minute))
    return (
        f"# A feed for {rendering.name}\n\n```sh\n{usage}\n```\n\nWhat this form does not keep: {rendering.loses}\n\n"
        "Written by `ascetic-ddd feed`; the log that it was made of has all.\n"
    )
