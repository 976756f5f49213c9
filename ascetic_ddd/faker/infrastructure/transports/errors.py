"""The errors of transports: they say themselves whose fault they are, since no session knows what they came through."""

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.seedwork.domain.session.faults import Fault

__all__ = ("CommandError", "HttpError", "TransportError", "WiringError")


class WiringError(ConfigurationError):
    """Providers, commands and routes do not fit together. No data is at fault, so leaving some out does not help."""

    fault = Fault.STORE


class TransportError(PersistenceError):
    """The application did not do what it was asked.

    Attributes:
        fault: whose fault it is: of the data's a run may leave out what failed, others it repeats, or ends.
    """

    def __init__(self, message: str, fault: Fault) -> None:
        super().__init__(message)
        self.fault = fault


class CommandError(TransportError):
    """A command was refused, or its handler failed; the handler's own error is the cause."""


class HttpError(TransportError):
    """A request was refused, or got no answer.

    Attributes:
        method, path: of the request; the path is without the query.
        status: of the answer; None if there was none.
        is_in_doubt: it may have been done all the same.
    """

    def __init__(
        self, message: str, fault: Fault, method: str, path: str, status: int | None = None, *, is_in_doubt: bool = False
    ) -> None:
        super().__init__(message, fault)
        self.method = method
        self.path = path
        self.status = status
        self.is_in_doubt = is_in_doubt
