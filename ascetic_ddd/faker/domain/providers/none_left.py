"""What is said when no combination of parts is left."""

from collections.abc import Sequence
from typing import Any

from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.stock.combinations import Combinations
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("none_left",)


def none_left(root: Any, parts: Sequence[Any], given: Combinations, session: ISession) -> UnsatisfiableError:
    """What is said when the parts of an object have a combination that was given, and none of them gives way."""
    names = ", ".join(".".join(path) for path in given.paths)
    values = tuple(part._slot.input for part in parts)
    told = [part.path for part in parts if not part._was_drawn()]
    if len(told) < len(parts):
        beside = f" beside what {' and '.join(told)} {'were' if len(told) > 1 else 'was'} told" if told else ""
        return UnsatisfiableError(
            f"{root.path}: no combination of {names} is left{beside}: {len(given):,} have been given, and "
            f"{given.words(values)}, drawn last, is one of them; ask for fewer rows, or let the parts have more values"
        )
    owner = given.owner(values)
    is_open = owner is not None and owner is not session
    why = "another transaction, still open, gives it" if is_open else "it has been given, or is stored, already"
    return UnsatisfiableError(
        f"{root.path} was told {given.words(values)}, but {why}, and no combination comes twice here; "
        "tell another one, or tell a reference to it these parts: it finds the one that has them"
    )
