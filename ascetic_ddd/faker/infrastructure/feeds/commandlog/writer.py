"""Commands as lines of CloudEvents, shard by shard."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.chains import Chain, Due, Said
from ascetic_ddd.faker.infrastructure.feeds.commandlog.manifest import (
    ACCOUNT,
    VERSION,
    Account,
    Manifest,
    ShardAccount,
    shard_name,
    source_of,
)
from ascetic_ddd.faker.infrastructure.feeds.commandlog.unfinished import UnfinishedFolder
from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import quoted

__all__ = ("LogWriter",)

_A_CHECKPOINT = 50_000  # commands
_SAFE_BYTES = 64 * 1024


class LogWriter:
    """Writes commands in the order in which they come; what an earlier, killed run has written already is not written again.

    Args:
        manifest: what is written.
        folder: where to; gone on with, if it was begun.
    """

    def __init__(self, manifest: Manifest, folder: UnfinishedFolder) -> None:
        self._manifest = manifest
        self._folder = folder
        self._names = [shard_name(shard) for shard in range(manifest.shards)]
        self._lines: list[list[str]] = [[] for _ in self._names]
        start = datetime.fromisoformat(manifest.start)
        self._start, self._start_ms = start.replace(microsecond=0), start.microsecond // 1000
        self._lead_ms = manifest.lead_ms
        self._speed = manifest.speed
        self._second: int | None = None
        self._stamp = self._zone = ""
        self._head = (
            f'{{"specversion":"1.0","source":{quoted(source_of(manifest.seed))},"datacontenttype":"application/json","id":'
        )
        self.commands = 0
        self.span_ms = 0
        self._types: dict[str, int] = {}
        self._counts = [0] * manifest.shards
        self._largest = self._oversized = 0
        self._done = folder.begun.done if folder.begun is not None else 0
        if self._done and folder.begun is not None:
            self._largest, self._oversized = folder.begun.state["largest"], folder.begun.state["oversized"]
        else:
            for shard, name in enumerate(self._names):
                folder.write(name, manifest.line(shard).encode())

    def write(self, commands: Sequence[Due]) -> None:
        """Write commands, numbered in this order."""
        before = number = self.commands
        done, types, counts, lines = self._done, self._types, self._counts, self._lines
        for due_ms, _, chain, step, said, dependent_ms, needs in commands:
            number += 1
            type = said.form.type
            types[type] = types.get(type, 0) + 1
            counts[chain.shard] += 1
            if number > done:
                line = self._line(number, due_ms, chain, step, said, dependent_ms, needs)
                size = len(line) if line.isascii() else _size(line)
                if size > self._largest:
                    self._largest = size
                if size > _SAFE_BYTES:
                    self._oversized += 1
                lines[chain.shard].append(line)
            if step + 1 == chain.last_step:
                chain.about = ""  # what is written is not kept
        if commands:
            self.span_ms = commands[-1][0]
        self.commands = number
        self._flush()
        if number // _A_CHECKPOINT > before // _A_CHECKPOINT and number > done:
            self._folder.save(number, {"largest": self._largest, "oversized": self._oversized})

    def finish(self, shifted: int, crossings: int) -> Account:
        """Write the account, and let the folder have its name."""
        sums = self._folder.sums()
        shards = tuple(ShardAccount(count, *sums[name]) for count, name in zip(self._counts, self._names, strict=True))
        types = dict(sorted(self._types.items()))
        account = Account(VERSION, self.commands, types, shards, self.span_ms, shifted, crossings, self._largest, self._oversized)
        self._folder.finish({ACCOUNT: account.text()})
        return account

    def _line(
        self, number: int, due_ms: int, chain: Chain, step: int, said: Said, dependent_ms: int | None, needs: Sequence[Chain]
    ) -> str:
        name = chain.name
        waits = ""
        if step:
            waits = f'"causationid":"{name}/{step}","depms":{dependent_ms},'
        elif dependent_ms is not None:
            ids = [need.last_id for need in needs]
            last = ids[[need.last_due_ms for need in needs].index(dependent_ms)]
            all_of_it = f'"dependson":"{" ".join(ids)}",' if len(ids) > 1 else ""
            waits = f'"causationid":"{last}",{all_of_it}"depms":{dependent_ms},'
        if said.request is not None:
            path, body = said.request
            waits += (f'"httppath":{quoted(path)},' if path is not None else "") + (
                f'"httpbody":{quoted(body)},' if body is not None else ""
            )
        second, ms = divmod(round((due_ms - self._lead_ms) * self._speed) + self._start_ms, 1000)
        if second != self._second:
            self._begin(second)
        return (
            f'{self._head}"{name}/{step + 1}","type":"{said.form.type}",{chain.about},'
            f'"time":"{self._stamp}{ms:03}{self._zone}","sequence":"{number:012}",{waits}"duems":{due_ms},'
            f'"data":{said.data}}}\n'
        )

    def _begin(self, second: int) -> None:
        """What is due from now on is due in this simulated second."""
        try:
            moment = (self._start + timedelta(seconds=second)).isoformat()
        except OverflowError:
            raise ConfigurationError(
                f"start={self._start.isoformat()}, speed={self._speed:g}: {second / 31_556_952:,.0f} years later there is no "
                "date; tell an earlier start, or a smaller speed"
            ) from None
        self._second, self._stamp, self._zone = second, f"{moment[:19]}.", moment[19:].replace("+00:00", "Z")

    def _flush(self) -> None:
        for name, lines in zip(self._names, self._lines, strict=True):
            if lines:
                self._folder.write(name, "".join(lines).encode())
                lines.clear()


def _size(line: str) -> int:
    try:
        return len(line.encode())
    except UnicodeEncodeError as error:
        raise ConfigurationError(
            f"{line[error.start]!r} in {line[max(0, error.start - 60) : error.end]!r} is half of a character, which no file can "
            "hold; let the provider draw whole ones"
        ) from error
