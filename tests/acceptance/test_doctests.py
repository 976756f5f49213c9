"""The examples in the docstrings run as they stand there."""

import doctest
import importlib
import pkgutil

import pytest

import ascetic_ddd

MODULES = [module.name for module in pkgutil.walk_packages(ascetic_ddd.__path__, "ascetic_ddd.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_examples_are_found() -> None:
    from ascetic_ddd.faker.domain.specification import equality

    assert doctest.testmod(equality).attempted > 0


def test_an_example_that_is_wrong_is_seen() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda text: None).failed == 1
