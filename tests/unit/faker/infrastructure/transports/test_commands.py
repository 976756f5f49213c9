"""Commands in process: ids, scopes, threads; whose fault a failure is, and what a rollback leaves outside."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.runs.progress import Failure, Repetition
from ascetic_ddd.faker.application.runs.reconciliation import reconcile
from ascetic_ddd.faker.cli.transporting import requests_of
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError, PersistenceError
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt
from ascetic_ddd.faker.infrastructure.transports.errors import CommandError
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSession
from ascetic_ddd.seedwork.domain.session.faults import Fault, fault_of
from tests.unit.faker.infrastructure.transports.shop import (
    WEIGHTS,
    AddCustomer,
    RefusedError,
    Shop,
    orders_by,
    remote_sessions,
    shares,
)


async def stored(repository: CommandRepository[Any], id: Any = None) -> dict[str, Any]:
    draft = Draft(AddCustomer("Ann"), {"id": id, "name": "Ann"})
    await repository.insert(RemoteSession(), draft)
    return draft.export()


@pytest.mark.parametrize(
    "reply", [7, {"id": 7, "name": "?"}, SimpleNamespace(id=7), Receipt(7)], ids=["id", "mapping", "object", "receipt"]
)
async def test_the_id_is_read_from_the_reply(reply: Any) -> None:
    assert await stored(CommandRepository(lambda command: reply)) == {"id": 7, "name": "Ann"}


async def test_an_id_that_the_command_told_needs_no_reply() -> None:
    assert await stored(CommandRepository(lambda command: None), id=7) == {"id": 7, "name": "Ann"}


async def test_a_reply_may_be_read_by_a_function() -> None:
    def receipt(reply: Any) -> Receipt:
        return Receipt(reply["ref"], state={"name": reply["is"]})

    repository = CommandRepository[Any](lambda command: {"ref": 7, "is": "ANN"}, receipt=receipt)
    assert await stored(repository) == {"id": 7, "name": "ANN"}


async def test_no_id_at_all_is_an_error() -> None:
    with pytest.raises(PersistenceError, match="AddCustomer was answered without an id"):
        await stored(CommandRepository(lambda command: None))


async def test_a_handler_may_be_a_coroutine() -> None:
    async def handle(command: Any) -> int:
        return 7

    assert (await stored(CommandRepository(handle)))["id"] == 7


async def test_a_handler_that_blocks_is_called_in_a_thread() -> None:
    threads = []

    def handle(command: Any) -> int:
        threads.append(threading.get_ident())
        return 7

    await stored(CommandRepository(handle, blocks=True))
    await stored(CommandRepository(handle))
    assert threads[0] != threading.get_ident() == threads[1]


async def test_each_command_has_a_scope_of_its_own_whose_end_counts() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def scope(session: Any) -> AsyncIterator[Callable[[Any], int]]:
        events.append("begin")
        yield lambda command: 7
        events.append("commit")
        if len(events) > 2:
            raise RefusedError("the unit of work could not commit")

    repository = CommandRepository[Any](scope=scope)
    await stored(repository)
    assert events == ["begin", "commit"]
    with pytest.raises(CommandError, match="AddCustomer was refused, RefusedError: the unit of work could not commit"):
        await stored(repository)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (RefusedError("no"), Fault.DATA),
        (ValueError("no"), Fault.DATA),
        (TypeError("handle() takes 1 argument"), Fault.STORE),
        (ConnectionResetError("gone"), Fault.TRANSIENT),
        (TimeoutError(), Fault.TRANSIENT),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_whose_fault_a_failure_is_follows_from_its_kind(error: Exception, fault: Fault) -> None:
    def handle(command: Any) -> None:
        raise error

    with pytest.raises(CommandError) as caught:
        await stored(CommandRepository(handle))
    assert caught.value.fault is fault_of(RemoteSession(), caught.value) is fault
    assert caught.value.__cause__ is error


async def test_an_application_may_judge_its_errors_itself() -> None:
    def handle(command: Any) -> None:
        raise RefusedError("the shop is closed")

    with pytest.raises(CommandError) as caught:
        await stored(CommandRepository(handle, judge=lambda error: Fault.STORE))
    assert caught.value.fault is Fault.STORE


def test_wrong_options_are_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="either dispatch=, or scope="):
        CommandRepository[Any]()
    with pytest.raises(ConfigurationError, match="joins=True needs scope="):
        CommandRepository[Any](print, joins=True)


async def test_the_shares_are_as_asked() -> None:
    shop = Shop()
    async for _ in generate(orders_by(CommandRepository(shop.handle)), remote_sessions(), 2000, seed=7):
        pass
    shop.check()
    assert (len(shop.orders), len(shop.customers)) == (2000, 100)
    assert shares(shop.orders) == pytest.approx(WEIGHTS, abs=0.01)


async def test_a_batch_that_is_repeated_does_not_do_twice_what_was_done() -> None:
    """Each 150th command fails once, in the middle of its batch; the rows are those of a run without a fault."""
    shop, calls, repeats = Shop(), 0, list[Repetition]()

    def handle(command: Any) -> int:
        nonlocal calls
        calls += 1
        if calls % 150 == 0:
            raise ConnectionResetError("gone")
        return shop.handle(command)

    repository = CommandRepository[Any](handle)
    async for _ in generate(orders_by(repository), remote_sessions(), 500, seed=7, on_repeat=repeats.append):
        pass
    assert len(repeats) == 3
    assert repository.orphans == 0
    untroubled = Shop()
    async for _ in generate(orders_by(CommandRepository(untroubled.handle)), remote_sessions(), 500, seed=7):
        pass
    assert (shop.orders, shop.customers) == (untroubled.orders, untroubled.customers)


async def test_what_is_refused_is_left_out_and_what_was_done_beside_it_stays() -> None:
    shop, failures = Shop(refuses=frozenset({3, 4})), list[Failure]()
    repository = CommandRepository[Any](shop.handle, find=shop.all_orders)
    provider = orders_by(CommandRepository(shop.handle, find=shop.all_customers), repository)
    async for _ in generate(provider, remote_sessions(), 1000, seed=7, on_error="skip", on_failure=failures.append):
        pass
    shop.check()
    assert (len(shop.orders), repository.orphans) == (1000, 0)
    assert 150 < len(failures) < 350
    assert {str(each.cause) for each in failures} == {
        f"PlaceOrder was refused, RefusedError: no order may end with {digit}" for digit in (3, 4)
    }
    assert shares(shop.orders) == pytest.approx(WEIGHTS, abs=0.02)
    found = {each.path: (each.outside, each.not_remembered) for each in await reconcile(provider, remote_sessions())}
    assert found["Orders"] == (1000, 0)


async def test_orphans_of_a_repository_that_providers_share_are_counted_once() -> None:
    shop = Shop()

    def handle(command: Any) -> Any:
        return shop.handle(command) if len(shop.orders) < 30 else shop.nothing  # type: ignore[attr-defined]  # the mistake

    repository = CommandRepository[Any](handle)
    provider = orders_by(repository)
    with pytest.raises(GenerationError):
        async for _ in generate(provider, remote_sessions(), 100, batch_size=20, seed=7):
            pass
    assert requests_of(provider).orphans == repository.orphans >= 10


async def test_a_mistake_in_the_code_ends_the_run_and_orphans_are_counted() -> None:
    shop = Shop()

    def handle(command: Any) -> Any:
        return shop.handle(command) if len(shop.orders) < 30 else shop.nothing  # type: ignore[attr-defined]  # the mistake

    repository = CommandRepository[Any](handle, find=shop.all_orders)
    provider = orders_by(CommandRepository(shop.handle, find=shop.all_customers), repository)
    pool = remote_sessions()
    with pytest.raises(GenerationError, match=r"Orders.*PlaceOrder could not be handled, and not for what it says"):
        async for _ in generate(provider, pool, 100, batch_size=20, seed=7, on_error="skip"):
            pass
    assert (len(shop.orders), repository.orphans) == (30, 10)
    found = {each.path: each.not_remembered for each in await reconcile(provider, pool, adopt=True)}
    assert found["Orders"] == 10
    assert [each.not_remembered for each in await reconcile(provider, pool)] == [0, 0]
