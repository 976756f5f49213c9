"""Counterparts: by name, by what is told, and errors that say what there is."""

from dataclasses import replace

import pytest

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.names import resolve
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from tests.unit.faker.application.comparison.profiles import SKEWED, UNIFORM, column, failed, profile, table


def renamed(found: Profile) -> Profile:
    """The same database in another spelling: book.writer_id → author.no."""
    reference = replace(
        found.references[0], table="book", columns=("writer_id",), references_table="author", references_columns=("no",)
    )
    authors, books = found.tables
    authors = replace(authors, name="author", columns=(replace(authors.columns[0], name="no"),), primary_key=("no",))
    books = replace(books, name="book", columns=(books.columns[0], replace(books.columns[1], name="writer_id")))
    return replace(found, tables=(authors, books), references=(reference,))


MAPPING = ("books=book", "authors=author", "authors.id=author.no", "books.author_id=book.writer_id")


def test_other_names_are_matched_as_told() -> None:
    found = compare(profile(UNIFORM), renamed(profile(UNIFORM)), mapping=MAPPING, is_strict=True)
    assert found.is_equal
    assert {(each.name, each.name_b) for each in found.subjects if each.kind == "reference"} == {
        ("books.author_id", "book.writer_id")
    }
    assert ("books.author_id", "ks") in failed(compare(profile(SKEWED), renamed(profile(UNIFORM)), mapping=MAPPING))


def test_a_columns_line_tells_its_table() -> None:
    names = resolve(profile(), renamed(profile()), ["books.author_id=book.writer_id", "authors.id=author.no"])
    assert names.tables == {"books": "book", "authors": "author"}


def test_without_a_column_told_its_reference_is_missing() -> None:
    found = compare(profile(), renamed(profile()), mapping=["books=book", "authors=author", "authors.id=author.no"])
    assert ("reference", "books.author_id", "A") in {(each.kind, each.name, each.where) for each in found.missing}


def test_the_default_schema_goes_without_saying_on_either_side() -> None:
    there = profile()
    for name, schema in (("public.books", "app"), ("books", "app")):
        other = replace(
            there, schema=schema, tables=tuple(replace(each, name=name) for each in there.tables if each.name == "books")
        )
        other = replace(other, references=())
        assert resolve(there, other).tables == {"books": name}
    assert resolve(there, there, ["books=public.books"]).tables == {"books": "books", "authors": "authors"}


def test_a_namesake_that_is_taken_is_free_no_more() -> None:
    a = Profile(tables=(table("old", 10), table("new", 10)))
    b = Profile(tables=(table("new", 10), table("newest", 10)))
    assert resolve(a, b, ["old=new"]).tables == {"old": "new"}
    assert resolve(a, b, ["old=new", "new=newest"]).tables == {"old": "new", "new": "newest"}


def test_a_column_whose_namesake_is_taken_has_no_counterpart() -> None:
    a = Profile(tables=(table("t", 10, column("x", 10), column("y", 10)),))
    b = Profile(tables=(table("t", 10, column("y", 10)),))
    found = compare(a, b, mapping=["t.x=t.y"])
    assert {each.name for each in found.subjects if each.kind == "column"} == {"t.id", "t.x"}
    assert [each.name for each in found.missing] == ["t.y"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("books", "expected A=B, for example"),
        ("=book", "expected A=B"),
        ("boks=book", "A has no table 'boks'; it has books"),
        ("books=boook", "B has no table 'boook'; it has book"),
        ("books.writer=book.writer_id", "table 'books' of A has no column 'writer'; it has id, author_id"),
        ("books=book.writer_id", "one side is a table, the other a column"),
    ],
)
def test_a_mapping_that_names_nothing_says_what_there_is(told: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        resolve(profile(), renamed(profile()), [told])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (["books=book", "books=author"], "'books' is told to be 'book' already"),
        (["books=book", "authors=book"], "'books' and 'authors' of A are both told to be 'book'"),
        (["books.id=book.id", "books.author_id=book.id"], "'id' and 'author_id' of A are both told to be 'id'"),
        (["books.id=book.id", "books.id=book.writer_id"], "'books.id' is told to be 'id' already"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(told: list[str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        resolve(profile(), renamed(profile()), told)
