"""Profiles as files of JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from ascetic_ddd.faker.application.profile.model import Profile

__all__ = ("load", "save")

P = TypeVar("P", bound=Profile)


def load(cls: type[P], path: str | Path) -> P:
    """Read a profile."""
    return cls(**json.loads(Path(path).read_text("utf-8")))


def save(profile: Profile, path: str | Path) -> None:
    """Write a profile."""
    Path(path).write_text(json.dumps(asdict(profile)), "utf-8")
