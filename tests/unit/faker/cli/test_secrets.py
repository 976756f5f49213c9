import pytest

from ascetic_ddd.faker.cli.secrets import Secrets, masked_dsn


@pytest.mark.parametrize(
    ("dsn", "password"),
    [
        ("postgresql://ann:sesame@host/db", "sesame"),
        ("postgres://ann:se@same@host:5433/db?sslmode=require", "se@same"),
        ("postgresql://host/db?user=ann&password=sesame", "sesame"),
        ("host=h password=sesame user=ann", "sesame"),
        ("host=h password = 'open sesame' user=ann", "open sesame"),
        (r"host=h password='open\' sesame'", "open' sesame"),
        ("postgresql://ann:%73esame@host/db", "sesame"),
        ("postgresql://ann:open%20sesame@host/db", "open sesame"),
    ],
)
def test_the_password_of_a_dsn_is_masked_wherever_it_stands(dsn: str, password: str) -> None:
    secrets = Secrets()
    secrets.add_dsn(dsn)
    assert "same" not in secrets.masked(f"cannot connect to {dsn!r}")
    assert "same" not in secrets.masked(dsn)
    assert secrets.masked(f"the driver says: {password}!") == "the driver says: ***!"
    assert "same" not in secrets.masked(repr({"input": password}))


def test_what_no_driver_can_read_is_not_shown_at_all() -> None:
    secrets = Secrets()
    secrets.add_dsn("sesame open")
    assert secrets.masked('missing "=" after "sesame open"') == 'missing "=" after "***"'


def test_a_short_password_is_masked_as_a_word_only() -> None:
    secrets = Secrets()
    secrets.add_dsn("host=h password=a")
    assert secrets.masked("a table: a") == "*** table: ***"


def test_addresses_without_a_password_stay_as_they_are() -> None:
    assert masked_dsn("postgresql://ann@host/db") == "postgresql://ann@host/db"
