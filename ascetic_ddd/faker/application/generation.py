"""The path by which users know a run; what it does is in ``runs``."""

from ascetic_ddd.faker.application.runs.generation import generate, planned_run

__all__ = ("generate", "planned_run")
