"""docs/coming-from.md and docs/deriving.md as a user runs them: the peers' code, and ours beside it."""

import re
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker.declaring.classes import Aggregate
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

_DOCS = Path(__file__).parents[2] / "docs"


def names_of(document: str) -> dict[str, Any]:
    blocks = re.findall(r"^```python\n(.*?)^```", (_DOCS / document).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "shop"}
    for block in blocks:
        exec(compile(block, document, "exec"), names)  # noqa: S102  # our own text
    return names


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_of("coming-from.md")


async def test_books_of_both(names: dict[str, Any]) -> None:
    """The same prices; three authors there, one here."""
    theirs, ours = names["by_factory_boy"], await names["three_books"]()
    assert [(book.price, book.gross) for book in theirs] == [(book.price, book.gross) for book in ours] == [(1, 2)] * 3
    assert len({book.author_id for book in theirs}) == 3
    assert len({book.author_id for book in ours}) == 1
    assert len({book.title for book in ours}) == 3


async def test_pets_of_both(names: dict[str, Any]) -> None:
    for pets in (names["by_polyfactory"], await names["three_pets"]()):
        assert [pet.name for pet in pets] == ["Rex"] * 3
        assert all(0 <= pet.age <= 20 for pet in pets)


async def test_every_form_of_the_table_is_there() -> None:
    """The names in our column are those of the facade and its providers."""
    import ascetic_ddd.faker as facade

    table = (_DOCS / "coming-from.md").read_text("utf-8").partition("## factory_boy")[0]
    column = " ".join(line.rpartition("| ")[2] for line in table.splitlines() if line.startswith("|"))
    for name in re.findall(r"`(?:class P\()?([A-Za-z]+)\(|await p\.(\w+)\(|`p\.(\w+)\(", column):
        found = next(filter(None, name))
        assert hasattr(facade, found) or hasattr(Aggregate, found), found


async def test_the_orders_of_deriving(capsys: pytest.CaptureFixture[str]) -> None:
    names = names_of("deriving.md")
    made = await names["orders"].create_batch(InMemorySession(), 40)
    assert {each.status for each in made} == set(names["Status"])
    assert all(1 <= len(each.lines) <= 3 and isinstance(each.lines, tuple) for each in made)
    assert len({each.customer_id for each in made}) == 4
    with pytest.raises(ConfigurationError) as caught:
        Aggregate.of(names["Order"])
    told = re.search(r"^```text\n(.*?)^```", (_DOCS / "deriving.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert told
    assert " ".join(told[1].split()) == str(caught.value)
