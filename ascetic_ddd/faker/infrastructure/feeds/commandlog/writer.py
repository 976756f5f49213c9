"""Commands as lines of CloudEvents, shard by shard."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from ascetic_ddd.faker.infrastructure.feeds.commandlog.chains import Chain, Said
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
from ascetic_ddd.faker.infrastructure.feeds.commandlog.words import json_of, quoted

__all__ = ("LogWriter",)

_LINES_AT_ONCE = 256
_LINES_A_CHECKPOINT = 50_000
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
        self._lines: list[list[bytes]] = [[] for _ in self._names]
        self._start = datetime.fromisoformat(manifest.start)
        self._second, self._stamp, self._zone = -1, "", ""
        self._head = (
            f'{{"specversion":"1.0","source":{quoted(source_of(manifest.seed))},"datacontenttype":"application/json","id":'
        )
        self.commands = 0
        self.span_ms = 0
        self._types: Counter[str] = Counter()
        self._counts = [0] * manifest.shards
        self._largest = self._oversized = 0
        self._done = folder.begun.done if folder.begun is not None else 0
        if self._done and folder.begun is not None:
            self._largest, self._oversized = folder.begun.state["largest"], folder.begun.state["oversized"]
        else:
            for shard, name in enumerate(self._names):
                folder.write(name, manifest.line(shard).encode())

    def write(self, due_ms: int, chain: Chain, step: int, said: Said, dependent_ms: int | None, needs: Sequence[Chain]) -> None:
        """Write a command; its sequence number is that of the call."""
        self.commands += 1
        shard = chain.shard
        self._types[said.form.type] += 1
        self._counts[shard] += 1
        self.span_ms = due_ms
        if self.commands <= self._done:
            return
        line = self._line(due_ms, chain, step, said, dependent_ms, needs).encode()
        lines = self._lines[shard]
        lines.append(line)
        if len(line) > self._largest:
            self._largest = len(line)
        self._oversized += len(line) > _SAFE_BYTES
        if len(lines) == _LINES_AT_ONCE:
            self._flush(shard)
        if self.commands % _LINES_A_CHECKPOINT == 0:
            self._save()

    def finish(self, shifted: int, crossings: int) -> Account:
        """Write the account, and let the folder have its name."""
        for shard in range(len(self._names)):
            self._flush(shard)
        sums = self._folder.sums()
        shards = tuple(ShardAccount(count, *sums[name]) for count, name in zip(self._counts, self._names, strict=True))
        types = dict(sorted(self._types.items()))
        account = Account(VERSION, self.commands, types, shards, self.span_ms, shifted, crossings, self._largest, self._oversized)
        self._folder.finish({ACCOUNT: account.text()})
        return account

    def _line(self, due_ms: int, chain: Chain, step: int, said: Said, dependent_ms: int | None, needs: Sequence[Chain]) -> str:
        name, form = chain.name, said.form
        waits = ""
        if dependent_ms is not None:
            cause = f"{name}/{step}"
            if not step:
                cause = max(needs, key=_last_due).last_id
                if len(needs) > 1:
                    waits = f'"dependson":"{" ".join([need.last_id for need in needs])}",'
            waits = f'"causationid":"{cause}",{waits}"depms":{dependent_ms},'
        if said.request is not None:
            path, body = said.request
            waits += (f'"httppath":{quoted(path)},' if path is not None else "") + (
                f'"httpbody":{quoted(body)},' if body is not None else ""
            )
        return (
            f'{self._head}"{name}/{step + 1}","type":"{form.type}",{chain.about},'
            f'"time":"{self._time(due_ms)}","sequence":"{self.commands:012}",{waits}"duems":{due_ms},'
            f'"data":{json_of(said.data, form.type)}}}\n'
        )

    def _time(self, due_ms: int) -> str:
        second, ms = divmod(round(due_ms * self._manifest.speed), 1000)
        if second != self._second:
            moment = (self._start + timedelta(seconds=second)).isoformat()
            self._second, self._stamp, self._zone = second, moment[:19], moment[19:].replace("+00:00", "Z")
        return f"{self._stamp}.{ms:03}{self._zone}"

    def _flush(self, shard: int) -> None:
        lines = self._lines[shard]
        if lines:
            self._folder.write(self._names[shard], b"".join(lines))
            lines.clear()

    def _save(self) -> None:
        for shard in range(len(self._names)):
            self._flush(shard)
        self._folder.save(self.commands, {"largest": self._largest, "oversized": self._oversized})


def _last_due(chain: Chain) -> int:
    return chain.last_due_ms
