"""What a part is drawn beside: other parts of the same object, and how its values follow from theirs."""

from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any, Literal, TypeAlias

from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("By", "Given", "How")

By: TypeAlias = Literal["rank", "class"]
"""What a place of a column is: a rank by rows, most first, or a class of values in their order."""

How: TypeAlias = "Callable[..., Any] | Mapping[Any, Mapping[Any, float]] | JointLaw"


class Given:
    """The argument ``given=`` of value and reference providers: the part follows others of its object, which are drawn first.

    * A function of their inputs, called once for the same inputs: its answer is kept, so a route has one distance, also if
      the function draws. It does not wait for anything.
    * A table of shares: for each input of the given part, inputs with their shares. Several given parts are a tuple.
    * A captured deck, as a profile's ``given(column)`` makes it. The part's own distributor, or list, says how often each value
      comes; the deck, beside which. In planned runs both columns come out exactly as without it.

    Args:
        parts: the path of the given part, or several. Looked for beside the part first, then beside what that is a part of, and
            so on: ``manufacturer`` for its neighbour in a composite value, ``id.tenant_id`` from the aggregate.
        how: one of the three.
        given_by: what a place of a captured deck's given column is.
        other_by: the same of its other column.

    Raises:
        ConfigurationError: there is no part, or it is none of the three.

    Example:
        >>> Given(("origin", "dest"), lambda origin, dest: 0 if origin == dest else 500).parts
        ('origin', 'dest')
    """

    def __init__(self, parts: str | Sequence[str], how: How, *, given_by: By = "rank", other_by: By = "rank") -> None:
        self.parts = (parts,) if isinstance(parts, str) else tuple(parts)
        self.how = how
        self.given_by = given_by
        self.other_by = other_by
        faults = []
        if not self.parts or not all(map(_is_path, self.parts)):
            faults.append(f"parts={parts!r}: expected the path of a part, such as 'dest', or several")
        if iscoroutinefunction(how):
            faults.append(f"how={how!r} has to be awaited; expected a function that answers at once")
        if isinstance(how, Mapping):
            faults += _faults_of_table(how)
        elif isinstance(how, JointLaw):
            if len(self.parts) > 1:
                faults.append(f"a captured deck has one given column, not {', '.join(map(str, self.parts))}")
        elif not callable(how):
            faults.append(f"how={how!r}: expected a function, a table of shares, or the law of a captured deck")
        if not {given_by, other_by} <= {"rank", "class"}:
            faults.append(f"given_by={given_by!r}, other_by={other_by!r}: expected 'rank' or 'class'")
        if faults:
            raise ConfigurationError("; ".join(faults))

    def __repr__(self) -> str:
        return f"Given({', '.join(self.parts)})"


def _is_path(part: object) -> bool:
    return isinstance(part, str) and bool(part)


def _faults_of_table(table: Mapping[Any, Any]) -> list[str]:
    if not table:
        return ["the table of shares is empty"]
    return [
        f"the table has {shares!r} for {key!r}; expected inputs with their shares, such as {{'jet': 0.9, 'propeller': 0.1}}"
        for key, shares in table.items()
        if not isinstance(shares, Mapping) or not shares
    ][:5]
