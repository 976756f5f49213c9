"""Sessions for an application that is reached by messages: nothing of ours can be rolled back there."""

from contextlib import AbstractAsyncContextManager

from ascetic_ddd.seedwork.domain.session.faults import Fault, own_fault
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("RemoteSession", "RemoteSessionPool")


class RemoteSession(InMemorySession):
    """A transaction of nothing but its hooks: each command commits by itself, and a rollback undoes only what we remember."""

    __slots__ = ()

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault an error is, as it says itself."""
        return own_fault(error)


class RemoteSessionPool:
    """The external side of a ``CompositeSessionPool`` whose external repositories are commands or HTTP."""

    def session(self) -> AbstractAsyncContextManager[RemoteSession]:
        """Take a session; leaving the block gives it back."""
        return RemoteSession()

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault an error is, as it says itself."""
        return own_fault(error)
