"""Where random streams begin: one seed a run, and for each path of it a seed of its own."""

from hashlib import blake2b

__all__ = ("DEFAULT_SEED", "seed_of")

DEFAULT_SEED = 0
"""The seed of whatever nobody seeded: the same calls give the same rows by default."""


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
