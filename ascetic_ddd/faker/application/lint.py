"""The path by which users know the lint of a graph; it is in ``linting``."""

from ascetic_ddd.faker.application.linting.lint import TOLERANCE, Finding, lint
from ascetic_ddd.faker.application.linting.stores import lint_stores

__all__ = ("TOLERANCE", "Finding", "lint", "lint_stores")
