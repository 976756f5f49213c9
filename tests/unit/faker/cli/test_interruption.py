"""What two signals come to, whatever the work makes of them."""

import asyncio
import os
import signal

import pytest

from ascetic_ddd.faker.cli.exits import Exit, exit_of
from ascetic_ddd.faker.cli.interruption import Interruption, InterruptionError


async def interrupted_twice(breaks: bool) -> None:
    interruption = Interruption()
    with interruption.heard(), interruption.batches():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if breaks:
                raise ConnectionError("the batch could not be dropped") from None
            raise


@pytest.mark.parametrize("breaks", [False, True])
def test_who_insists_has_interrupted_even_if_dropping_the_batch_breaks(breaks: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InterruptionError, match="terminated") as caught:
        asyncio.run(interrupted_twice(breaks))
    assert exit_of(caught.value) == Exit.TERMINATED
    assert "once more drops it" in capsys.readouterr().err


def test_an_error_of_the_work_itself_stays_what_it_is() -> None:
    async def work() -> None:
        with Interruption().heard():
            raise ConnectionError("lost")

    with pytest.raises(ConnectionError):
        asyncio.run(work())
