"""Arguments of the examples' commands."""

import argparse

__all__ = ("positive",)


def positive(text: str) -> int:
    """Read a whole number, at least 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, at least 1")
    return int(text)
