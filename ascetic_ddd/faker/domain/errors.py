"""The library's errors. Each message names the value, the place, what was expected and what to do next."""

from ascetic_ddd.seedwork.domain.errors import AsceticDddError, SessionError
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "ConfigurationError",
    "ContradictionError",
    "CycleError",
    "DeadlockError",
    "DuplicateError",
    "ExhaustedError",
    "FakerError",
    "GenerationError",
    "PersistenceError",
    "ProfileError",
    "UnsatisfiableError",
)


class FakerError(AsceticDddError):
    """Root of the faker's errors."""


class ConfigurationError(FakerError, ValueError):
    """The way providers, distributors or repositories are declared, or the input they were told, cannot be right."""


class ContradictionError(ConfigurationError):
    """What a provider was told contradicts what it was told before; the first stays.

    Attributes:
        provider: the provider that was told both.
        leaf: the provider of the part that cannot be both; of the referenced aggregate, where a pattern was told.
        before: what was told of the part first, or is known of a told aggregate.
        now: what was told of it then.
    """

    def __init__(self, message: str, *, provider: object, leaf: object, before: object, now: object) -> None:
        super().__init__(message)
        self.provider = provider
        self.leaf = leaf
        self.before = before
        self.now = now


class UnsatisfiableError(FakerError):
    """No object can be found or made that matches what was asked."""


class ExhaustedError(FakerError):
    """An input generator has no more (new) values to give."""


class CycleError(FakerError):
    """Aggregates refer to each other in a circle that nothing ends."""


class DeadlockError(FakerError):
    """Two transactions wait for each other; this one has to be rolled back, and may be repeated when the other has ended.

    Attributes:
        other: the session of the other one.
    """

    def __init__(self, message: str, other: ISession) -> None:
        super().__init__(message)
        self.other = other


class GenerationError(FakerError):
    """A run stopped at an aggregate that could not be made or stored; its batch is rolled back, the cause is attached.

    Attributes:
        failure: the aggregate's provider, input and cause.
    """

    def __init__(self, message: str, failure: object = None) -> None:
        super().__init__(message)
        self.failure = failure


class ProfileError(FakerError):
    """A captured profile is damaged, of an unknown version, or contradicts itself."""


class PersistenceError(FakerError, SessionError):
    """A store refused or lost an operation; the driver's own error is the cause."""


class DuplicateError(PersistenceError):
    """A store refused a value that it has already, and that no two may have."""
