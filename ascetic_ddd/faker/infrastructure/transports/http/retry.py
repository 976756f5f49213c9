"""When a request is sent again, after which pause, and what is known of one that failed."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.seedwork.domain.session.faults import chain_of

__all__ = ("Loss", "Retry", "is_processing", "loss_of")

# By name, since clients of one shape (httpx2, httpx) have classes of their own.
_NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ConnectionRefusedError"})
_HOPELESS = frozenset({"UnsupportedProtocol", "InvalidURL", "LocalProtocolError", "ProxyError"})
_LOST = frozenset({"TransportError", "ConnectionError", "TimeoutError"})


class Loss(Enum):
    """What is known of a request that got no answer."""

    HOPELESS = "it can never be sent so"
    NOT_SENT = "it was not sent"
    IN_DOUBT = "it may have been done"


def is_processing(answer: Answer) -> bool:
    """Tell whether a 409 says that the same request is still at work, and not that it contradicts what there is."""
    said = f"{answer.words} {answer.json.get('type') if isinstance(answer.json, dict) else ''}".lower()
    return "retry-after" in answer.headers or "idempotenc" in said or "in progress" in said or "processing" in said


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How a request is repeated.

    Attributes:
        on: statuses that may pass.
        attempts: how often a request is sent that is answered with one of these, at least 1.
        patience_s: how long it is tried where there is no answer at all, as while the server restarts, in seconds.
        first_s, longest_s: pauses double from the one to the other, in seconds, with full jitter; a ``Retry-After`` counts more,
            up to ``patience_s``.
        processing: tells of a 409 whether it only says that the same request is still at work.
    """

    on: frozenset[int] = frozenset({408, 425, 429, 502, 503, 504})
    attempts: int = 8
    patience_s: float = 30.0
    first_s: float = 0.1
    longest_s: float = 5.0
    processing: Callable[[Answer], bool] = is_processing

    def __post_init__(self) -> None:
        if self.attempts < 1 or not self.patience_s >= 0 or not 0 <= self.first_s <= self.longest_s:
            raise ConfigurationError(
                f"{self!r}: expected attempts of at least 1, and seconds of at least 0, the first the shortest"
            )

    def pause_s(self, number: int, jitter: float, answer: Answer | None) -> float:
        """Give the pause before the repetition with this number, from 0, in seconds."""
        asked = None if answer is None else answer.retry_after_s
        own = min(self.longest_s, self.first_s * 2.0**number) * jitter
        return own if asked is None else min(asked + own * bool(asked), self.patience_s)


def loss_of(error: BaseException) -> Loss | None:
    """Tell what is known of a request whose sending raised this error; None if the error is not the network's."""
    chain = list(chain_of(error))
    if any(isinstance(each, ssl.SSLError) for each in chain):
        return Loss.HOPELESS
    names = {cls.__name__ for cls in _classes(error)}
    for found, loss in ((_HOPELESS, Loss.HOPELESS), (_NOT_SENT, Loss.NOT_SENT), (_LOST, Loss.IN_DOUBT)):
        if found & names:
            return loss
    return None


def _classes(error: BaseException) -> tuple[type[Any], ...]:
    return type(error).__mro__
