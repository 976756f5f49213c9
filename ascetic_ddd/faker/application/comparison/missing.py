"""What one of the two has and the other has not."""

from dataclasses import dataclass
from typing import Literal

__all__ = ("Missing",)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that has no counterpart, or one of another type.

    Attributes:
        kind: what it is.
        name: its name where it is; of an index or of extended statistics, what they are of, in A's names.
        where: the side that has it.
        reason: in words.
    """

    kind: Literal["table", "reference", "column", "index", "statistics"]
    name: str
    where: Literal["A", "B", "both"]
    reason: str
