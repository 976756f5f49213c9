"""docs/combinations.md as a user runs it: its blocks, one after the other, then runs on two databases, left and resumed."""

import re
from collections import Counter
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.measure import weights
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool

_DOCUMENT = Path(__file__).parents[2] / "docs" / "combinations.md"


def names_of_the_document() -> dict[str, Any]:
    blocks = re.findall(r"^```python\n(.*?)^```", _DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "enrolments"}
    for block in blocks:
        exec(compile(block, str(_DOCUMENT), "exec"), names)  # noqa: S102  # our own text
    return names


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
