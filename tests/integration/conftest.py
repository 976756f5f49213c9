"""Data folders of the embedded server, copied: filling one takes seconds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from tests.chaos.place import copied


@pytest.fixture(scope="session")
def copy_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Copy the data of a server that was stopped, its owner included, to a path where nothing is."""
    original = tmp_path_factory.mktemp("embedded") / "data"
    with embedded_postgres(original):
        pass

    def copy(path: Path) -> None:
        copied(original, path)

    return copy


@pytest.fixture
def data_folder(tmp_path: Path, copy_data: Callable[[Path], None]) -> Path:
    """The data of a server that was stopped."""
    copy_data(tmp_path / "data")
    return tmp_path / "data"
