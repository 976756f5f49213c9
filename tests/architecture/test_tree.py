"""The rules of ``checks`` hold for this tree, and each rule sees a violation planted in a small tree of its own."""

from pathlib import Path

import pytest

from tests.architecture import checks


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for folder in checks.CODE_FOLDERS:
        (root / folder).mkdir(exist_ok=True)
    return root


def test_every_folder_with_code_is_a_package() -> None:
    assert checks.folders_without_init(checks.ROOT) == []


def test_a_folder_without_init_is_seen(tmp_path: Path) -> None:
    planted = tree(tmp_path, {"tests/__init__.py": "", "tests/unit/faker/test_a.py": "", "tests/unit/faker/a.sql": ""})
    assert checks.folders_without_init(planted) == ["tests/unit", "tests/unit/faker"]


def test_every_public_module_says_what_is_public() -> None:
    assert checks.modules_without_all(checks.ROOT) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("orders.py", "def order(): ...", "no __all__ tuple"),
        ("orders.py", "__all__ = ['order']\ndef order(): ...", "no __all__ tuple"),
        ("orders.py", "__all__ = ('order',)", "__all__ has 'order', the module has not"),
        ("orders/__init__.py", "from os import path", "no __all__ tuple"),
    ],
)
def test_a_module_that_does_not_say_what_is_public_is_seen(tmp_path: Path, name: str, text: str, fault: str) -> None:
    assert checks.modules_without_all(tree(tmp_path, {f"ascetic_ddd/{name}": text})) == [f"ascetic_ddd/{name}: {fault}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_private.py", "x = 1"),
        ("__init__.py", '"""Only words."""'),
        ("a.py", "import os\n__all__ = ('os', 'b')\nb = 1"),
    ],
)
def test_private_modules_and_bare_packages_need_no_list(tmp_path: Path, name: str, text: str) -> None:
    assert checks.modules_without_all(tree(tmp_path, {f"ascetic_ddd/{name}": text})) == []


def test_no_file_names_a_machine_or_a_package_index() -> None:
    assert checks.foreign_addresses(checks.ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        "cd /" + "home/ann/project",
        "path = '/" + "tmp/books.csv'",
        "C:\\" + "Users\\ann",
        "https://" + "pypi." + "org/simple/faker/",
        "pip install --index" + "-url https://mirror",
    ],
)
def test_a_machine_or_a_package_index_is_seen(tmp_path: Path, line: str) -> None:
    found = checks.foreign_addresses(tree(tmp_path, {"docs/a.md": f"\n{line}\n", ".venv/a.cfg": line, ".git": line}))
    assert [place.rsplit(":", 1)[0] for place in found] == ["docs/a.md:2"]


@pytest.mark.parametrize("line", ["docs/home/page", "postgresql://localhost/work/x", "{root}/tmp/x", "/var/lib/postgresql"])
def test_relative_paths_and_addresses_of_services_are_free(tmp_path: Path, line: str) -> None:
    assert checks.foreign_addresses(tree(tmp_path, {"a.md": line})) == []


def test_the_package_draws_only_from_seeded_streams_and_reads_no_clock() -> None:
    assert checks.ambient_randomness_and_time(checks.ROOT) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import random\nx = random.random()", "2: random.random"),
        ("import random as r\nx = r.choice", "2: random.choice"),
        ("import random\nx = random.SystemRandom()", "2: random.SystemRandom"),
        ("import random\nx = random.Random()", "2: random.Random() without a seed"),
        ("from random import Random\nx = Random()", "2: random.Random() without a seed"),
        ("from random import shuffle", "1: random.shuffle"),
        ("from datetime import datetime\nx = datetime.now()", "2: datetime.datetime.now"),
        ("import datetime as dt\nx = dt.datetime.now(dt.UTC)", "2: datetime.datetime.now"),
        ("from datetime import date\nx = date.today", "2: datetime.date.today"),
        ("x = 'SELECT id FROM books ORDER BY RANDOM()'", "1: SQL random()"),
        ("n = 1\nx = f'SELECT random() < {n}'", "2: SQL random()"),
    ],
)
def test_an_ambient_draw_or_clock_is_seen(tmp_path: Path, text: str, what: str) -> None:
    planted = tree(tmp_path, {"ascetic_ddd/a.py": text})
    assert checks.ambient_randomness_and_time(planted) == [f"ascetic_ddd/a.py:{what}"]


def test_an_ambient_draw_in_an_sql_file_is_seen(tmp_path: Path) -> None:
    planted = tree(tmp_path, {"ascetic_ddd/sql/pick.sql": "SELECT random();"})
    assert checks.ambient_randomness_and_time(planted) == ["ascetic_ddd/sql/pick.sql: SQL random()"]


@pytest.mark.parametrize(
    "text",
    [
        "import random\nx = random.Random(7).random()",
        "from random import Random\ndef f(stream: Random): return stream.random()",
        "from datetime import datetime\nx = datetime(2026, 1, 1)",
        '"""idx = floor(n·(1 - random())^s)"""',
    ],
)
def test_seeded_streams_and_formulas_are_free(tmp_path: Path, text: str) -> None:
    assert checks.ambient_randomness_and_time(tree(tmp_path, {"ascetic_ddd/a.py": text})) == []


def test_no_file_imports_the_package_it_stands_in() -> None:
    assert checks.imports_of_one_s_own_package(checks.ROOT) == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("rooms/b.py", "from ascetic_ddd.rooms import Room"),
        ("rooms/b.py", "def f():\n    import ascetic_ddd.rooms"),
        ("rooms/__init__.py", "from ascetic_ddd import rooms_of"),
        ("rooms/inner/b.py", "from ascetic_ddd.rooms import Room"),
    ],
)
def test_who_imports_the_package_it_stands_in_is_seen(tmp_path: Path, place: str, line: str) -> None:
    planted = tree(tmp_path, {f"ascetic_ddd/{place}": line})
    assert len(checks.imports_of_one_s_own_package(planted)) == 1


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("rooms/b.py", "from ascetic_ddd.rooms import a, inner"),
        ("rooms/__init__.py", "from ascetic_ddd.rooms.a import Room"),
        ("other/b.py", "from ascetic_ddd.rooms import Room"),
    ],
)
def test_who_imports_files_beside_it_or_other_packages_is_free(tmp_path: Path, place: str, line: str) -> None:
    files = {"ascetic_ddd/rooms/a.py": "", "ascetic_ddd/rooms/inner/c.py": "", f"ascetic_ddd/{place}": line}
    assert checks.imports_of_one_s_own_package(tree(tmp_path, files)) == []


def test_the_package_prints_in_one_place() -> None:
    assert checks.words_past_the_printer(checks.ROOT) == []


@pytest.mark.parametrize(
    ("place", "line", "name"),
    [
        ("faker/cli/a.py", "print(table.name)", "print"),
        ("faker/application/a.py", "print(table.name)", "print"),
        ("faker/cli/a.py", "typer.echo(table.name)", "echo"),
        ("faker/cli/a.py", "sys.stderr.write(table.name)", "write"),
        ("faker/cli/a.py", "rich.console.Console(file=stream).print(name)", "Console"),
    ],
)
def test_who_prints_elsewhere_is_seen(tmp_path: Path, place: str, line: str, name: str) -> None:
    planted = tree(tmp_path, {f"ascetic_ddd/{place}": line, "ascetic_ddd/faker/cli/printing.py": "stream.write(text)"})
    assert f"ascetic_ddd/{place}:1: {name}()" in checks.words_past_the_printer(planted)
    assert not any("printing.py" in found for found in checks.words_past_the_printer(planted))


def test_the_package_makes_files_in_one_place() -> None:
    assert checks.files_made_elsewhere(checks.ROOT) == []


@pytest.mark.parametrize(
    "line",
    ["path.write_text(text)", "open(path, 'w')", "path.open('xb')", "path.open(mode='a')", "path.open(mode)", "mkstemp()"],
)
def test_who_makes_files_elsewhere_is_seen(tmp_path: Path, line: str) -> None:
    assert len(checks.files_made_elsewhere(tree(tmp_path, {"ascetic_ddd/a.py": line}))) == 1


@pytest.mark.parametrize("line", ["path.open()", "open(path)", "open(path, 'rb')", "path.open('r', encoding='utf-8')"])
def test_who_reads_files_is_free(tmp_path: Path, line: str) -> None:
    assert checks.files_made_elsewhere(tree(tmp_path, {"ascetic_ddd/a.py": line})) == []
