"""The path by which users know what a run is about; it is in ``runs``."""

from ascetic_ddd.faker.application.runs.target import Target

__all__ = ("Target",)
