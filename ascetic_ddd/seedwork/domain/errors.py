"""The root of the error tree, and the one error that sessions raise themselves."""

__all__ = ("AsceticDddError", "SessionError")


class AsceticDddError(Exception):
    """Root of every error this library raises on purpose."""


class SessionError(AsceticDddError):
    """A session, or the pool it comes from, cannot do what was asked: closed, exhausted, or not reachable."""
