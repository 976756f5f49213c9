"""docs/providers.md as a user runs it: its blocks, one after the other, then a run on two databases."""

import re
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool

_DOCUMENT = Path(__file__).parents[2] / "docs" / "providers.md"


async def test_the_clinic_of_the_document_is_generated_and_clean(
    pg_session_pool: CompositeSessionPool, external_dsn: str
) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", _DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "clinic"}
    for block in blocks:
        exec(compile(block, str(_DOCUMENT), "exec"), names)  # noqa: S102  # our own text
    target = names["target"]()
    target.create_schema(external_dsn)
    async with pg_session_pool.session() as session, session.atomic():
        await target.provider.setup(session)
    made = [each async for each in generate(target.provider, pg_session_pool, 200, batch_size=50, seed=7)]
    assert len({each.id for each in made}) == 200
    assert {each.id.doctor_id.value for each in made} == set(range(1, 11))
    assert {each.status.value for each in made} == {"booked", "done"}
    checked = await check(target.provider, pg_session_pool)
    assert checked.is_clean
    assert {each.path: each.orphans for each in checked.aggregates} == {"DoctorProvider": 0, "AppointmentProvider": 0}
