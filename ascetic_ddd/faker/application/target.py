"""The path by which users know what a run is about; it is in ``runs``."""

from ascetic_ddd.faker.application.runs.target import Endpoint, Feed, Target, Transport

__all__ = ("Endpoint", "Feed", "Target", "Transport")
