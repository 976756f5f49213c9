"""CSV and JSON lines: what is written comes back, whole files or none."""

import csv
import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import InitVar
from pathlib import Path
from typing import Any

import pydantic.dataclasses
import pytest
from pydantic import BaseModel, Field

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.csv_folder import CsvFolder
from ascetic_ddd.faker.infrastructure.feeds.destinations import write_rows
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError
from ascetic_ddd.faker.infrastructure.feeds.jsonl_folder import JsonlFolder
from ascetic_ddd.faker.infrastructure.feeds.reading import read_csv, read_jsonl
from ascetic_ddd.faker.schema import SchemaSynthesizer
from tests.unit.faker.infrastructure.feeds.models import Author, Book, Everything, Tenant, primary

Folder = Callable[..., Any]
KINDS: list[tuple[Folder, str, Callable[..., Iterator[Any]]]] = [
    (CsvFolder, ".csv", read_csv),
    (JsonlFolder, ".jsonl", read_jsonl),
]


def schema_of(*models: tuple[Any, int], seed: int = 1) -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=seed)
    for model, rows in models:
        schema.add(model, rows)
    return schema


@pytest.mark.parametrize(("folder", "suffix", "read"), KINDS)
def test_every_construct_comes_back_equal(
    folder: Folder, suffix: str, read: Callable[..., Iterator[Any]], tmp_path: Path
) -> None:
    schema = schema_of((Everything, 1_500))
    written = write_rows(schema, folder(tmp_path / "out"))
    assert written.rows == {"Everything": 1_500}
    found = list(read(tmp_path / "out" / f"Everything{suffix}", Everything))
    expected = list(schema.rows(Everything))
    for name in Everything.model_fields:
        assert [getattr(row, name) for row in found] == [getattr(row, name) for row in expected], name
    assert found == expected


def test_python_s_csv_module_reads_the_same_texts(tmp_path: Path) -> None:
    schema = schema_of((Everything, 300))
    write_rows(schema, CsvFolder(tmp_path, null="\\N"))
    with (tmp_path / "Everything.csv").open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream, strict=True))
    for line, row in zip(found, schema.rows(Everything), strict=True):
        assert line["weird"] == row.weird
        assert line["text"] == row.text
        assert (None if line["maybe_text"] == "\\N" else line["maybe_text"]) == row.maybe_text
        assert json.loads(line["tags"]) == row.tags


class Note(BaseModel):
    id: int = Field(json_schema_extra=primary)
    text: str | None


class Fixed:
    """A schema whose rows are told."""

    def __init__(self, *rows: Note) -> None:
        self._schema = schema_of((Note, len(rows)))
        self.schema = self._schema.schema
        self.schema["Note"].instances = lambda: iter(rows)  # type: ignore[method-assign]

    def prepare(self) -> None:
        self._schema.prepare()

    def order(self) -> Any:
        return self._schema.order()


def test_csv_follows_rfc_4180_and_tells_an_empty_text_from_null(tmp_path: Path) -> None:
    rows = [Note(id=1, text=None), Note(id=2, text=""), Note(id=3, text='a,"b"\r\nc'), Note(id=4, text="\\.")]
    write_rows(Fixed(*rows), CsvFolder(tmp_path))
    assert (tmp_path / "Note.csv").read_bytes() == b'"id","text"\r\n1,\r\n2,""\r\n3,"a,""b""\r\nc"\r\n4,"\\."\r\n'
    assert list(read_csv(tmp_path / "Note.csv", Note)) == rows


def test_a_text_that_is_the_null_marker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Note: column 'text': the text '-' is a value here"):
        write_rows(Fixed(Note(id=1, text="-")), CsvFolder(tmp_path, null="-"))
    assert list(tmp_path.iterdir()) == []


def test_half_a_surrogate_pair_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    for destination in (CsvFolder(tmp_path), JsonlFolder(tmp_path)):
        with pytest.raises(ConfigurationError, match=r"^Note"):
            write_rows(Fixed(Note.model_construct(id=1, text="\ud800")), destination)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("null", ['"', ",", "\n"])
def test_a_null_marker_that_would_break_the_file_is_refused(null: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="expected a short text"):
        CsvFolder(tmp_path, null=null)


@pytest.mark.parametrize(("folder", "suffix", "read"), KINDS)
def test_same_seed_same_bytes_whatever_the_batches(
    folder: Folder, suffix: str, read: Callable[..., Iterator[Any]], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_rows(schema_of((Tenant, 5), (Author, 50), (Book, 2_500)), folder(tmp_path / name))
    for model in ("Tenant", "Author", "Book"):
        assert (tmp_path / "a" / f"{model}{suffix}").read_bytes() == (tmp_path / "b" / f"{model}{suffix}").read_bytes()
    authors = {(row.tenant_id, row.author_id) for row in read(tmp_path / "a" / f"Author{suffix}", Author)}
    assert {(row.tenant_id, row.author_id) for row in read(tmp_path / "a" / f"Book{suffix}", Book)} <= authors


def test_a_folder_with_files_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "Note.csv").write_text("mine")
    with pytest.raises(OccupiedError, match=r"has files already, such as Note\.csv"):
        write_rows(schema_of((Note, 3)), CsvFolder(tmp_path))
    assert (tmp_path / "Note.csv").read_text() == "mine"


def test_forced_it_replaces_files_of_the_same_name_and_clears_what_a_killed_run_left(tmp_path: Path) -> None:
    (tmp_path / "Note.csv").write_text("mine")
    (tmp_path / "other.csv").write_text("mine")
    (tmp_path / ".Note.csv.123.part").write_text("half")
    write_rows(schema_of((Note, 3)), CsvFolder(tmp_path, force=True))
    assert len(list(read_csv(tmp_path / "Note.csv", Note))) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Note.csv", "other.csv"]


def test_what_a_killed_run_left_does_not_occupy_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".Note.csv.123.part").write_text("half")
    write_rows(schema_of((Note, 3)), CsvFolder(tmp_path))
    assert (tmp_path / "Note.csv").exists()


@pytest.mark.parametrize(("folder", "suffix", "read"), KINDS)
def test_an_interruption_leaves_nothing_and_the_files_that_were_there(
    folder: Folder, suffix: str, read: Callable[..., Iterator[Any]], tmp_path: Path
) -> None:
    (tmp_path / f"Tenant{suffix}").write_text("before")

    def interrupt(progress: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rows(schema_of((Tenant, 20_000)), folder(tmp_path, force=True), on_progress=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == [f"Tenant{suffix}"]
    assert (tmp_path / f"Tenant{suffix}").read_text() == "before"


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PersistenceError, match=r"cannot be written: No space left on device; make room"):
        write_rows(schema_of((Note, 3)), CsvFolder(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(ConfigurationError, match="is no folder"):
        write_rows(schema_of((Note, 3)), CsvFolder(tmp_path / "x"))


def test_a_model_without_a_number_of_rows_is_refused(tmp_path: Path) -> None:
    schema = SchemaSynthesizer()

    class City(BaseModel):
        name: str

    schema.add(City)
    with pytest.raises(ConfigurationError, match=r"City has no number of rows"):
        write_rows(schema, CsvFolder(tmp_path))


def test_what_an_instance_does_not_keep_is_refused(tmp_path: Path) -> None:
    @pydantic.dataclasses.dataclass
    class Forgetful:
        kept: int
        told: InitVar[int]

    schema = SchemaSynthesizer()
    schema.add(Forgetful, 3)
    with pytest.raises(ConfigurationError, match=r"Forgetful\.told: an InitVar is not kept"):
        write_rows(schema, CsvFolder(tmp_path))
    assert not list(tmp_path.iterdir())


def test_progress_comes_every_ten_thousand_rows_and_at_the_end(tmp_path: Path) -> None:
    seen: list[int] = []
    write_rows(schema_of((Tenant, 25_000)), CsvFolder(tmp_path), on_progress=lambda progress: seen.append(progress.done))
    assert seen == [10_000, 20_000, 25_000]


def test_noise_is_marked_in_both_formats(tmp_path: Path) -> None:
    schema = schema_of((Everything, 200))
    write_rows(schema, JsonlFolder(tmp_path / "jsonl", noise=0.02))
    write_rows(schema, CsvFolder(tmp_path / "csv", noise=0.02))
    lines = [json.loads(line) for line in (tmp_path / "jsonl" / "Everything.jsonl").read_text("utf-8").splitlines()]
    assert {"input", "faults"} == set(lines[0])
    broken = [bool(line["faults"]) for line in lines]
    assert 0 < sum(broken) < 200
    with (tmp_path / "csv" / "Everything.csv").open(encoding="utf-8", newline="") as stream:
        assert [bool(row["_faults"]) for row in csv.DictReader(stream)] == broken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"id","text"\r\n1,"a', "ends inside of quotes"),
        ('"id","txt"\r\n1,a\r\n', "the header is"),
        ('"id","text"\r\n1\r\n', "line 2: 1 fields; expected 2"),
        ('"id","text"\r\n1,"a"b"c"\r\n', "is no field of CSV"),
    ],
)
def test_a_file_that_is_damaged_is_told_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "Note.csv").write_text(text, newline="")
    with pytest.raises(ConfigurationError, match=words):
        list(read_csv(tmp_path / "Note.csv", Note))


@pytest.mark.parametrize("kind", [CsvFolder, JsonlFolder])
def test_files_are_their_owners_unless_told(tmp_path: Path, kind: Any) -> None:
    before = os.umask(0o022)
    try:
        for readable, mode in ((False, 0o600), (True, 0o644), (False, 0o600)):
            write_rows(schema_of((Note, 3)), kind(tmp_path, force=True, readable=readable))
            assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {mode}
    finally:
        os.umask(before)


def test_no_cell_of_a_file_for_spreadsheets_is_a_formula(tmp_path: Path) -> None:
    write_rows(Fixed(Note(id=-1, text="=1+1")), CsvFolder(tmp_path, spreadsheet_safe=True))
    (row,) = read_csv(tmp_path / "Note.csv", Note)
    assert (row.id, row.text) == (-1, "'=1+1")
