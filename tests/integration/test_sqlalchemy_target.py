"""``ascetic-ddd`` on an application that speaks SQLAlchemy."""

import json
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.cli.main import main
from tests.integration.alchemy_target import create_schema

MODULE = "tests.integration.alchemy_target"


@pytest.mark.parametrize("name", ["target", "target_on_asyncpg"])
def test_orders_grow_and_go_on(name: str, external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Totals add up, the shares are those asked for, and both sides know the same."""

    def run(command: str, *words: str) -> Any:
        capsys.readouterr()
        dsns = ["--external-dsn", external_dsn, "--internal-dsn", internal_dsn]
        code = main([command, f"{MODULE}:{name}", *words, *dsns, "--json"])
        told = capsys.readouterr()
        assert code == 0, told
        return json.loads(told.out)

    create_schema(external_dsn)
    run("generate", "--count", "200", "--batch-size", "50", "--lanes", "2")
    assert run("generate", "--count", "300", "--resume")["aggregates"]["Orders"]["made"] == 100
    with psycopg.connect(external_dsn) as connection:
        totals = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE total <> (SELECT sum(price) FROM lines WHERE order_id = orders.id)) "
            "FROM orders"
        ).fetchone()
        assert totals == (300, 0)
        uses = connection.execute("SELECT count(*) FROM orders GROUP BY customer_id ORDER BY 1 DESC").fetchall()
    assert 27 <= len(uses) <= 33
    with psycopg.connect(internal_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (300,)
    assert run("check")["exit_code"] == 0
    (orders, _) = run("reconcile")["aggregates"].values()
    assert orders["not_remembered"] == 0


def test_a_dry_run_needs_no_database(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", f"{MODULE}:target", "--count", "1000", "--dry-run"]) == 0
    assert "10 of Orders were made in memory" in capsys.readouterr().out
