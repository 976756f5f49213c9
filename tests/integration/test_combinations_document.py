"""docs/combinations.md as a user runs it: its blocks, one after the other, then runs on two databases, left and resumed."""

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.measure import weights
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.integration.enrolled import names_of_the_document

ROOT = Path(__file__).parents[2]


def stored(dsn: str) -> list[tuple[int, int]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT student_id, course_id FROM enrolments").fetchall()


@pytest.mark.parametrize("lanes", [1, 3])
async def test_enrolments_are_generated_left_resumed_and_clean(
    lanes: int, pg_session_pool: CompositeSessionPool, external_dsn: str
) -> None:
    names = names_of_the_document()
    target = names["target"]()
    target.create_schema(external_dsn)
    async with pg_session_pool.session() as session, session.atomic():
        await target.provider.setup(session)
    run = generate(target.provider, pg_session_pool, 2_000, batch_size=50, lanes=lanes, seed=7)
    async with aclosing(run) as rows:  # type: ignore[type-var]  # an async generator
        given = 0
        async for _ in rows:
            given += 1
            if given == 800:
                break
    with psycopg.connect(external_dsn) as connection:  # somebody else's, of which our memory knows nothing
        known = set(stored(external_dsn))
        pair = next((1, course) for course in range(1, 41) if (1, course) not in known)
        connection.execute("INSERT INTO courses OVERRIDING SYSTEM VALUE VALUES (%s) ON CONFLICT DO NOTHING", (pair[1],))
        connection.execute("INSERT INTO enrolments VALUES (%s, %s, 1)", pair)
    target = names["target"]()
    async with pg_session_pool.session() as session, session.atomic():
        done = (await restore(target.provider, session))["EnrolmentProvider"]
    async for _ in generate(target.provider, pg_session_pool, 2_000 - done, batch_size=50, lanes=lanes, seed=7):
        pass
    pairs = stored(external_dsn)
    assert len(pairs) == 2_001
    courses = Counter(course for _, course in pairs)
    assert abs(len({student for student, _ in pairs}) - 400) <= lanes
    assert abs(len(courses) - 40) <= lanes
    assert weights(courses.values()) == pytest.approx((0.7, 0.2, 0.07, 0.03), abs=0.02)
    async with pg_session_pool.session() as session, session.atomic():
        student, course = pairs[0]
        target.provider.reset()
        target.provider.set({"id": {"student_id": student, "course_id": course}})
        with pytest.raises(UnsatisfiableError, match="it has been given, or is stored, already"):
            await target.provider.create(session)
    checked = await check(target.provider, pg_session_pool)
    assert [each.orphans for each in checked.aggregates if each.path == "EnrolmentProvider"] == [1]


@pytest.mark.parametrize("lanes", ["1", "3"])
def test_what_the_application_has_and_nobody_remembers_is_not_enrolled_again(lanes: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    words = ["generate", "tests.integration.enrolled:target", "--count", "2000", "--batch-size", "100", "--lanes", lanes]
    run = [sys.executable, "-m", "ascetic_ddd.faker.cli", *words, "--data", str(folder)]
    environment = {**os.environ, "DIES_AT": "6"}
    result = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr
    result = subprocess.run([*run, "--resume"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    with embedded_postgres(folder) as server:
        pairs = stored(server.dsn("application"))
        with psycopg.connect(server.dsn("internal")) as connection:
            ids = connection.execute("SELECT state->'id' FROM enrolments").fetchall()
    remembered = [(id["student_id"], id["course_id"]) for (id,) in ids]
    assert len(pairs) > len(remembered) == 2_000, "nothing was lost, so nothing is tested"
    assert set(remembered) < set(pairs)
    courses = Counter(course for _, course in remembered)
    assert abs(len(courses) - 40) <= int(lanes)
    assert weights(courses.values()) == pytest.approx((0.7, 0.2, 0.07, 0.03), abs=0.02)
