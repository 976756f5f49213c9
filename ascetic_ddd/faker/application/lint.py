"""The path by which users know the lint of a graph; it is in ``runs``."""

from ascetic_ddd.faker.application.runs.lint import TOLERANCE, Finding, lint

__all__ = ("TOLERANCE", "Finding", "lint")
