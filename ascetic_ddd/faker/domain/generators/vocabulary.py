"""Words from Faker, drawn once and then used many times: a draw from Faker takes tens of microseconds, one from a list none."""

from functools import lru_cache
from typing import TYPE_CHECKING

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator

if TYPE_CHECKING:
    from faker import Faker

__all__ = ("has_faker_method", "vocabulary")

_SEED = 0


@lru_cache(maxsize=64)
def vocabulary(method: str, *, locale: str | None = None, size: int = 1_000) -> tuple[str, ...]:
    """Draw ``size`` values of a Faker method, as texts. Frequent values come more than once, as Faker weighs them.

    The same in every run and process: a run's seed decides which of them it takes.

    Args:
        method: name of a Faker method, e.g. ``"city"``.
        locale: Faker locale, e.g. ``"de_DE"``; None is Faker's default.
        size: how many.

    Raises:
        ConfigurationError: Faker has no such method or locale, or it does not give texts, numbers or dates.

    Example:
        >>> len(vocabulary("first_name", size=10))
        10
    """
    try:
        generator = FakerGenerator(method, locale=locale)
    except AttributeError as error:
        raise ConfigurationError(f"Faker has no locale {locale!r}; expected one such as 'en_US' or 'de_DE'") from error
    generator.seed(_SEED)
    found = [generator(None, 0) for _ in range(size)]
    if not all(isinstance(value, (str, int, float)) or hasattr(value, "isoformat") for value in found):
        raise ConfigurationError(f"Faker's {method!r} gives {found[0]!r}; expected a method that gives texts")
    return tuple(str(value) for value in found)


@lru_cache(maxsize=256)
def has_faker_method(name: str) -> bool:
    """Whether Faker has a method of this name that gives a value without arguments."""
    if not name.isidentifier() or name.startswith("_") or name in _NO_VALUES:
        return False
    return callable(getattr(_faker(), name, None))


_NO_VALUES = {
    "seed",
    "seed_instance",
    "seed_locale",
    "add_provider",
    "items",
    "generator_attrs",
    "del_arguments",
    "set_arguments",
}


@lru_cache(maxsize=1)
def _faker() -> "Faker":
    from faker import Faker

    return Faker()
