"""Values made of running numbers, which may meet rows that somebody else made."""

from collections.abc import Iterator, Mapping
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.errors import DuplicateError
from ascetic_ddd.faker.domain.providers.kinds import Storing
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("explained",)


def explained(error: DuplicateError, provider: Provider[Any, Any], state: Mapping[str, Any] | None) -> DuplicateError:
    """A store's refusal, and which running numbers may have met rows that somebody else made.

    Args:
        error: the refusal.
        provider: of the aggregates that were refused.
        state: the exported state of the aggregate that was refused, if it is known which.
    """
    drawn = list(_sequences(provider, state))
    if not drawn:
        return error
    return DuplicateError(
        f"{error} {' and '.join(drawn)} came of a running number, which may have met a row that was made elsewhere: start "
        "behind it by distributor_factory(sequence=True, start=…) or distributor.positions.skip_to(…), "
        "or let the memory know it by `ascetic-ddd reconcile --adopt`."
    )


def _sequences(provider: Provider[Any, Any], state: Any) -> Iterator[str]:
    """The parts that a sequence makes, with their values where the state is told."""
    for name, part in provider.parts().items():
        value = state.get(name) if isinstance(state, Mapping) else None
        if isinstance(part, ValueProvider):
            if isinstance(part.distributor, NewDistributor) and part.distributor.is_sequence:
                yield part.path if value is None else f"{part.path}={value!r}"
        elif not isinstance(part, Storing):
            yield from _sequences(part, value)
