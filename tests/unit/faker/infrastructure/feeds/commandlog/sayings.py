"""Commands that say what people may have written into a database: words that mean something to some engine."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.interfaces import IValueProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.command_log import CommandLog
from ascetic_ddd.faker.infrastructure.feeds.commandlog.feeding import FeedOptions, write_log
from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed, read_feed
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.journey import Journey, Step
from ascetic_ddd.faker.infrastructure.transports.route import Route

WORDS = (
    # templates: JMeter's, Artillery's, Gatling's, ghz's
    "${due_ms}", "${__time(,)}", "${__BeanShell(1+1)}", "\\${x}", "#{name}", "${x}#{y}",
    "{{ name }}", "{{{ due_ms }}}", "{{ $uuid }}", "{{ $environment }}", "{{ $processEnvironment.PATH }}",
    "{{ $randomNumber(1,2) }}", "{{.RequestNumber}}", "{{newUUID}}", "{{", "}}", "{{{{", "$& $1 $$ %s %(name)s %n",
    # CSV, shells, HTTP
    'a,b;"c"', '"', "'", "\\", "\\n", "\\u0041", "`id`", "$(id)", "a\nb\r\nc\ttab", "\r\n\r\nGET / HTTP/1.1",
    "=1+1", "#", "?a=b&c=d", "a/b%2Fc",
    # numbers, emptiness, letters
    "007", "1e5", "true", "null", " ", "", "ünï — 漢字 😀", "\u2028\u2029\x7f\x00", "\ufeffbom",
)  # fmt: skip


@dataclass(frozen=True)
class Say:
    key: str
    words: str


@dataclass(frozen=True)
class Repeat:
    key: str
    words: str


class SayingProvider(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "key"
    key: IValueProvider[str, str]
    words: IValueProvider[str, str]
    status: IValueProvider[str, str]

    def __init__(self, repository: Any) -> None:
        self.key = ValueProvider[str, str](input_generator=lambda session, position: f"{position}:{_word(position)}")
        self.words = ValueProvider[str, str](input_generator=lambda session, position: _word(position))
        self.status = ValueProvider[str, str](values=["said", "repeated"], weights=[0.5, 0.5])
        super().__init__(repository, JOURNEY, Draft.export)


SAY, REPEAT = Step(Say, key="key", words="words"), Step(Repeat, key="key", words="words")
JOURNEY = Journey("status", {"said": [SAY], "repeated": [SAY, REPEAT]})
ROUTES = (Route(Say, "PUT /sayings/{key}"), Route(Repeat, "POST /sayings/{key}/again"))


def _word(position: int | None) -> str:
    return WORDS[(position or 0) % len(WORDS)]


def _wire(log: CommandLog) -> SayingProvider:
    return SayingProvider(log.repository(id_attr="key"))


def feed(path: Path, shards: int) -> Feed:
    """Write a log in which every word is in paths and in bodies, of two methods."""
    options = FeedOptions(2 * len(WORDS), seed=1, shards=shards, arrivals=Arrivals.steady(20), slack_s=1)
    asyncio.run(write_log(_wire, path, options, routes=ROUTES))
    return read_feed(path)
