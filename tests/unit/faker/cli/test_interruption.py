"""What two signals come to, whatever the work makes of them."""

import asyncio
import os
import signal
from contextlib import suppress

import pytest

from ascetic_ddd.faker.cli.exits import Exit, exit_of
from ascetic_ddd.faker.cli.interruption import Interruption, InterruptionError
from ascetic_ddd.faker.cli.outcome import attempt


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


class _Ended(BaseException):
    """The process would be gone."""


@pytest.mark.parametrize("is_a_run", [False, True])
def test_the_third_ctrl_c_ends_work_that_does_not_listen(
    is_a_run: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def end(code: int) -> None:
        raise _Ended(code)

    def deaf() -> None:
        for _ in range(3):
            with suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
                for _ in range(1000):
                    pass

    async def run() -> None:
        with Interruption().heard():
            deaf()

    monkeypatch.setattr("os._exit", end)
    with pytest.raises(_Ended, match="130"):
        attempt(lambda: asyncio.run(run()) if is_a_run else deaf())
    assert "ended at once" in capfd.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


async def test_work_that_never_gives_way_ends_at_its_next_check(capsys: pytest.CaptureFixture[str]) -> None:
    """As a feed in memory: nothing in it waits, so the loop has no turn to tell of the signal, and is not to tell of it later."""
    interruption = Interruption()

    async def work() -> None:
        with interruption.heard(), interruption.batches():
            interruption.check()
            signal.raise_signal(signal.SIGTERM)
            try:
                interruption.check()
            finally:
                await asyncio.sleep(0)

    with pytest.raises(InterruptionError, match="terminated"):
        await work()
    assert capsys.readouterr().err == "\nFinishing the batch under way; once more drops it.\n"  # once
