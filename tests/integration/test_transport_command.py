"""The command line with ``--transport``: the same target by its commands, and over HTTP."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.transports.route import Route
from examples.library.measured import count_of
from tests.integration import transport_target
from tests.unit.faker.infrastructure.transports.shop import Shop
from tests.unit.faker.infrastructure.transports.web_shop import ROUTES, WebShop, listener_on, served_by_thread

TARGET = "tests.integration.transport_target:target"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(name: str, *more: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([name, TARGET, *more])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


@pytest.fixture
def web() -> WebShop:
    return WebShop(faults=lambda number: "503" if number % 50 == 0 else None)


@pytest.fixture
def base_url(web: WebShop) -> Iterator[str]:
    """The shop on a real socket, served by another thread."""
    with served_by_thread(web.app()) as place:
        yield f"http://ann:sesame@{place}"


def test_over_http_only_our_own_database_is_needed(run: Run, web: WebShop, base_url: str, internal_dsn: str) -> None:
    http = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    code, out, _ = run("generate", "--count", "300", *http, "--json")
    assert (code, json.loads(out)["requests_repeated"], json.loads(out)["orphans"]) == (0, {"503": 6}, 0)
    code, out, _ = run("generate", "--count", "400", *http, "--resume")
    assert (code, "requests were sent again: 2 after 503." in out) == (0, True)
    web.shop.check()
    assert len(web.shop.orders) == 400
    with psycopg.connect(internal_dsn) as connection:
        assert (count_of(connection, "orders"), count_of(connection, "requests")) == (400, 0)
    code, out, _ = run("reconcile", *http)
    assert (code, [" ".join(line.split()) for line in out.splitlines()]) == (
        0,
        ["Customers 20 outside, 0 not remembered", "Orders 400 outside, 0 not remembered"],
    )


def test_a_server_that_is_gone_ends_the_run_and_no_password_is_shown(run: Run, internal_dsn: str) -> None:
    listener = listener_on(0)
    gone = f"http://ann:sesame@127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    code, out, err = run("generate", "--count", "300", "--transport", "http", "--base-url", gone, "--internal-dsn", internal_dsn)
    assert (code, out) == (4, "")
    assert "Customers: HttpError: POST /customers got no answer" in err
    assert "--transport http --base-url http://ann:***@127.0.0.1" in err
    assert "sesame" not in err


def test_by_commands_the_application_is_in_this_process(
    run: Run, internal_dsn: str, external_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_target, "SHOP", shop := Shop())
    dsns = ["--internal-dsn", internal_dsn, "--external-dsn", external_dsn]
    assert run("generate", "--count", "200", "--transport", "commands", *dsns)[0] == 0
    shop.check()
    assert len(shop.orders) == 200


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--transport", "grpc"], "TARGET has no such one, only domain, commands, http"),
        (["--transport", "http"], "--base-url is missing, as https://host"),
        (["--transport", "http", "--base-url", "shop.test"], "the base URL begins with 'no scheme'"),
    ],
)
def test_a_way_that_leads_nowhere_is_told(run: Run, internal_dsn: str, tmp_path: Path, words: list[str], told: str) -> None:
    code, _, err = run("generate", "--count", "3", "--internal-dsn", internal_dsn, "--data", str(tmp_path / "data"), *words)
    assert (code, told in err) == (2, True), err


def test_what_does_not_fit_is_told_before_the_run(
    run: Run, web: WebShop, base_url: str, internal_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_target, "ROUTES", [ROUTES[0], Route(ROUTES[1].command, "POST /customers/{buyer_id}/orders")])
    http = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    code, _, err = run("generate", "--count", "3", *http)
    assert code == 2
    assert "warning: Orders: asked Route(PlaceOrder, 'POST /customers/{buyer_id}/orders') with 'buyer_id'; but neither" in err
    assert "nothing gives 'buyer_id' for the path" in err
