"""A PostgreSQL server for demos, tests and the command line: the embedded one, or one that runs already."""

from ascetic_ddd.faker.infrastructure.embedded.pg_server import PgServer
from ascetic_ddd.faker.infrastructure.embedded.running import embedded_postgres

__all__ = ("PgServer", "embedded_postgres")
