"""Waiting for the end of what a server has only accepted."""

from ascetic_ddd.faker.infrastructure.transports.errors import HttpError
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, Request
from ascetic_ddd.faker.infrastructure.transports.http.sources import Poll
from ascetic_ddd.seedwork.domain.session.faults import Fault

__all__ = ("polled",)


async def polled(api: HttpApi, request: Request, accepted: Answer, poll: Poll) -> Answer:
    """Ask until it is done, and give the answer that says so.

    Raises:
        HttpError: it was refused, or is not done in time (then it is in doubt), or nobody says where to ask.
    """
    path = accepted.location if poll.at is None else poll.at(accepted)
    if not path:
        raise _failed(request, "was answered with 202 and no Location; give Poll(at=…)", Fault.STORE)
    answer, question, began = accepted, Request("GET", api.below_base(str(path)), is_safe=True), api.clock()
    while True:
        pause = answer.retry_after_s
        pause = poll.every_s if pause is None else pause
        if api.clock() - began + pause > poll.patience_s:
            raise _failed(request, f"was accepted, and is not done after {poll.patience_s:g} s", Fault.STORE)
        await api.sleep(pause)
        answer = await api.call(question)
        if poll.is_refused(answer):
            raise _failed(request, f"was accepted, and then refused: {api.clean(answer.words) or poll.failed}", Fault.DATA)
        if poll.is_done(answer):
            return answer


def _failed(request: Request, words: str, fault: Fault) -> HttpError:
    is_in_doubt = fault is not Fault.DATA
    return HttpError(f"{request.words} {words}", fault, request.method, request.path, 202, is_in_doubt=is_in_doubt)
