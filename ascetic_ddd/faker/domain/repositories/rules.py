"""What a store of the application accepts, as it declares it itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("CheckRule", "ColumnRule", "IRuled", "ReferenceRule", "StoreRules", "UniqueRule")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One column.

    Attributes:
        name: of the column.
        path: where the exported state has its value; None: it is not exported.
        type: as the store writes it.
        is_required: null is refused.
        has_default: the store gives a value where none is told.
        is_always: only the store gives values.
        longest: letters of a text; None: any number.
        labels: of an enum; empty: it is none.
    """

    name: str
    path: Path | None
    type: str
    is_required: bool = False
    has_default: bool = False
    is_always: bool = False
    longest: int | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UniqueRule:
    """Columns of which no combination may come twice; nulls aside.

    Attributes:
        name: of the constraint, or of the index.
        columns: their names.
    """

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """Columns that refer to a row.

    Attributes:
        name: of the foreign key.
        columns: their names.
        table: what they refer to, named as in :attr:`StoreRules.table`.
    """

    name: str
    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True, slots=True)
class CheckRule:
    """A condition on the values of one column.

    Attributes:
        name: of the constraint.
        column: its name.
        text: as the store writes it.
    """

    name: str
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class StoreRules:
    """What a table accepts; without columns, there is none of the name.

    Attributes:
        table: with its schema.
        columns: in their order.
        uniques: the primary key among them.
        references: to rows of other tables.
        checks: those on one column.
    """

    table: str
    columns: tuple[ColumnRule, ...] = ()
    uniques: tuple[UniqueRule, ...] = ()
    references: tuple[ReferenceRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()


@runtime_checkable
class IRuled(Protocol):
    """A repository of the application whose store declares what it accepts."""

    async def rules(self, session: ISession) -> StoreRules:
        """Tell what the store accepts; nothing is written.

        Raises:
            PersistenceError: it cannot be read.
        """
        ...

    async def refused(self, session: ISession, column: ColumnRule, check: CheckRule, values: Sequence[Any]) -> list[int]:
        """Tell by number which of the values a check of the column refuses; those that the column cannot have are left out.

        Raises:
            PersistenceError: the store is lost.
        """
        ...
