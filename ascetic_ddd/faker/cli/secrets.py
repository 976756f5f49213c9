"""Passwords are not shown: not in messages, not in reports, not in tracebacks."""

import re
from urllib.parse import quote, unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict

__all__ = ("Secrets", "masked_dsn")

_MASK = "***"
# user:password@ of an address; a password may have an @ of its own, so up to the last one.
_IN_ADDRESS = re.compile(r"(\w://[^\s/:@'\"]*:)([^\s'\"]*)(?=@)")
_AFTER_KEY = re.compile(r"((?:ssl)?password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'\"]+)", re.IGNORECASE)
_SHORT = 4


class Secrets:
    """Knows the passwords of this run, and takes them out of texts."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def add_dsn(self, dsn: str) -> None:
        """Learn the passwords of a connection string, one that nobody can read included."""
        for pattern in (_IN_ADDRESS, _AFTER_KEY):
            for match in pattern.finditer(dsn):
                self.add(match[2].strip("'"))
        try:
            parameters = conninfo_to_dict(dsn)
        except psycopg.Error:
            if not dsn.startswith(("http://", "https://")):
                self.add(dsn)
        else:
            for name in ("password", "sslpassword"):
                self.add(str(parameters.get(name) or ""))

    def add(self, word: str) -> None:
        """Learn a password, and how it looks when it is quoted."""
        if word:
            self._words |= {word, unquote(word), quote(word), quote(word, safe=""), repr(word)[1:-1]}

    def masked(self, text: str) -> str:
        """Give the text without passwords."""
        for word in sorted(self._words, key=len, reverse=True):
            pattern = re.escape(word)
            text = re.sub(rf"(?<!\w){pattern}(?!\w)" if len(word) < _SHORT else pattern, _MASK, text)
        return masked_dsn(text)


def masked_dsn(text: str) -> str:
    """Mask what looks like the password of a connection string.

    Example:
        >>> masked_dsn("postgresql://ann:s3cret@localhost/app")
        'postgresql://ann:***@localhost/app'
        >>> masked_dsn("host=localhost password='s3 cret' user=ann")
        'host=localhost password=*** user=ann'
    """
    return _AFTER_KEY.sub(rf"\1{_MASK}", _IN_ADDRESS.sub(rf"\1{_MASK}", text))
