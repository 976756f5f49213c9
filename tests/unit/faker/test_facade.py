"""One import for the first page: nothing is loaded that nobody asked for, and type checkers see what there is."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import ascetic_ddd.faker as facade

TREE = ast.parse(Path(str(facade.__file__)).read_text(encoding="utf-8"))


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", facade.__all__)
def test_a_name_is_the_one_of_its_module(name: str) -> None:
    (module,) = [module for module, names in facade._HOMES.items() if name in names]
    assert getattr(facade, name) is getattr(importlib.import_module(module), name)


def test_type_checkers_are_told_the_same_homes() -> None:
    imports = {
        node.module: tuple(alias.name for alias in node.names)
        for node in ast.walk(TREE)
        if isinstance(node, ast.ImportFrom) and node.module != "typing" and node.col_offset == 4
    }
    assert imports == facade._HOMES
    assert sorted(facade.__all__) == sorted(name for names in facade._HOMES.values() for name in names)


def test_the_import_loads_nothing_and_a_name_loads_what_it_needs() -> None:
    loaded = "print(sorted(name for name in sys.modules if name.startswith('ascetic_ddd')))"
    assert run(f"import sys, ascetic_ddd.faker; {loaded}") == "['ascetic_ddd', 'ascetic_ddd.faker']"


def test_third_party_faker_is_loaded_when_a_word_of_it_is_wanted() -> None:
    program = (
        "import sys\n"
        "from ascetic_ddd.faker import AggregateProvider, FakerGenerator, InMemoryRepository, ValueProvider, generate\n"
        "ValueProvider(input_generator=lambda: 1)\n"
        "print('faker' in sys.modules)\n"
        "FakerGenerator('name')\n"
        "print('faker' in sys.modules)"
    )
    assert run(program).split() == ["False", "True"]


def test_a_misspelt_name_is_told_what_may_be_meant() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'ValueProvidr'; it has .*; did you mean 'ValueProvider'\?"):
        getattr(facade, "ValueProvidr")  # noqa: B009  # a type checker would find it
    assert set(facade.__all__) <= set(dir(facade))
