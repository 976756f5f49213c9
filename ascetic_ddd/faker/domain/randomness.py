"""Where random streams begin: one seed a run, and for each path of it a seed of its own."""

from hashlib import blake2b

__all__ = ("DEFAULT_SEED", "default_seed", "seed_of", "set_default_seed")

DEFAULT_SEED = 0
"""The seed of whatever nobody seeded: the same calls give the same rows by default."""

_default = [DEFAULT_SEED]


def default_seed() -> int:
    """The seed of a provider graph that nobody seeded: 0, unless a test runner told another."""
    return _default[0]


def set_default_seed(seed: int) -> None:
    """Let provider graphs that nobody seeds have this seed from now on; pytest-randomly calls it before each test."""
    _default[0] = seed


def seed_of(seed: int, path: str) -> int:
    """The seed of one path's own random stream, so that a new path does not move what the others draw.

    Args:
        seed: that of the run.
        path: what draws, such as ``Book.author_id``.

    Returns:
        64 bits, the same in every process and on every machine.

    Example:
        >>> seed_of(0, "Book.author_id") == seed_of(0, "Book.author_id"), seed_of(0, "Book.title") == seed_of(1, "Book.title")
        (True, False)
    """
    return int.from_bytes(blake2b(f"{seed}/{path}".encode(), digest_size=8).digest())
