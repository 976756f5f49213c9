"""Arrivals and forms, as they are written on a command line."""

import difflib
from collections.abc import Mapping
from pathlib import Path

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import DAY, WEEK, Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.registry import RENDERINGS

__all__ = ("LOG", "arrivals_of", "forms_of")

LOG = "log"
"""The form that is no rendering."""

_LAWS = "steady:RATE, poisson:RATE (a second), diurnal:PER_DAY, weekly:PER_DAY, or measured:PROFILE#TABLE.COLUMN"


def arrivals_of(text: str) -> Arrivals:
    """Give the arrivals that a text names.

    Raises:
        ConfigurationError: it names none.
        ProfileError: it names a profile that cannot be read.

    Example:
        >>> arrivals_of("poisson:50").words
        'poisson:50'
    """
    law, colon, told = text.partition(":")
    if law == "measured" and colon:
        path, sharp, column = told.rpartition("#")
        table, dot, name = column.rpartition(".")
        if not (path and sharp and table and dot and name):
            raise ConfigurationError(
                f"arrivals {text!r}: expected measured:PROFILE#TABLE.COLUMN, as measured:shop.json#orders.created_at"
            )
        return Arrivals.as_measured(Profile.load(path).table(table).column(name))
    try:
        rate = float(told)
    except ValueError:
        raise ConfigurationError(f"arrivals {text!r}: expected {_LAWS}") from None
    if law == "steady":
        return Arrivals.steady(rate)
    if law == "poisson":
        return Arrivals.poisson(rate)
    if law in ("diurnal", "weekly"):
        return Arrivals.diurnal(rate, DAY, WEEK if law == "weekly" else (1.0,) * 7)
    raise ConfigurationError(f"arrivals {text!r}: expected {_LAWS}")


def forms_of(texts: list[str], source: Path | None = None) -> dict[Path, str]:
    """Give the forms by their folders, of texts ``FORMAT:FOLDER``.

    Args:
        texts: as they are told.
        source: the folder of a log that they are made of, if it is there already.

    Raises:
        ConfigurationError: there is no such form, a folder is missing, or two forms have one folder, or one within the other.
    """
    known = (LOG, *RENDERINGS)
    found: dict[Path, str] = {}
    taken = {source.resolve(): LOG} if source is not None else {}
    for text in texts:
        form, colon, folder = text.partition(":")
        if form not in known:
            meant = difflib.get_close_matches(form, known, 1)
            hint = f"; is {meant[0]!r} meant?" if meant else ""
            raise ConfigurationError(f"--to {text!r}: there is no form {form!r}, only {', '.join(known)}{hint}")
        if not colon or not folder:
            raise ConfigurationError(f"--to {text!r}: expected FORMAT:FOLDER, as {form}:feed")
        if form == LOG and source is not None:
            raise ConfigurationError(
                f"--to {text!r}: {source} is a log already; tell other forms to be made of it, or copy the folder"
            )
        _see_that_it_is_free(text, Path(folder).resolve(), taken)
        taken[Path(folder).resolve()] = found[Path(folder)] = form
    return found


def _see_that_it_is_free(text: str, place: Path, taken: Mapping[Path, str]) -> None:
    for other, form in taken.items():
        if place == other:
            raise ConfigurationError(f"--to {text!r}: the {form} is in the same folder; give each form one of its own")
        if place in other.parents or other in place.parents:
            raise ConfigurationError(
                f"--to {text!r}: the {form} is in {other}, and one of the folders is in the other; give each form one of its own"
            )
