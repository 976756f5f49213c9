"""Sessions in memory."""

import pytest

from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession


@pytest.fixture
def session() -> InMemorySession:
    return InMemorySession()
