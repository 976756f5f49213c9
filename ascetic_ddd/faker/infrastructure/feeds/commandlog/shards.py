"""Which shard a chain goes to."""

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Shards",)


class Shards:
    """Puts what has one key into one shard, and a new key into the shard that has least so far.

    So the shards come out as even as the largest keys let them, whichever those are; nobody has to know the sizes beforehand.

    Args:
        count: how many.

    Raises:
        ConfigurationError: less than one.

    Example:
        >>> shards = Shards(2)
        >>> [shards.place(key, 1) for key in ("large", "large", "large", "small", "other", "large")]
        [0, 0, 0, 1, 1, 0]
    """

    def __init__(self, count: int) -> None:
        if type(count) is not int or count < 1:
            raise ConfigurationError(f"shards={count!r}: expected a whole number, at least 1")
        self.loads = [0] * count
        self.keys = 0  # how many there were
        self._of_key: dict[str, int] = {}

    def place(self, key: str | None, commands: int) -> int:
        """Give the shard of a chain with so many commands; without a key, it is one of its own."""
        shard = self._of_key.get(key) if key is not None else None
        if shard is None:
            shard = self.loads.index(min(self.loads))
            self.keys += 1
            if key is not None:
                self._of_key[key] = shard
        self.loads[shard] += commands
        return shard

    def check(self) -> None:
        """See that none is empty.

        Raises:
            ConfigurationError: there were fewer keys than shards.
        """
        if self.keys < len(self.loads):
            raise ConfigurationError(
                f"shards={len(self.loads)}: there are only {self.keys} keys to share out, so some would be empty; ask for fewer "
                "shards, or for a finer key (by=)"
            )
