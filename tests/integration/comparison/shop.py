"""A database of a known shape, made without chance: a skewed key, nulls, a composite key, a self-reference, text and times.

Autovacuum would come after a minute to one of two databases, and change its plans: it is off.
"""

import psycopg
from psycopg import sql

__all__ = ("BOOKS", "SECRET", "make_shop")

BOOKS = 10_000
SECRET = "sesame"  # in every name: no row value may leave its database

_TABLES = """
CREATE TABLE tenants (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE authors (
    tenant_id bigint NOT NULL REFERENCES tenants, id bigint, name text NOT NULL, country text, PRIMARY KEY (tenant_id, id)
);
CREATE TABLE books (
    id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, author_id bigint, sequel_of bigint REFERENCES books,
    status text NOT NULL, price numeric(8, 2), at timestamptz NOT NULL,
    FOREIGN KEY (tenant_id, author_id) REFERENCES authors
);
ALTER TABLE tenants SET (autovacuum_enabled = off);
ALTER TABLE authors SET (autovacuum_enabled = off);
ALTER TABLE books SET (autovacuum_enabled = off);
"""

_ROWS = """
INSERT INTO tenants SELECT g, 'sesame ' || g FROM generate_series(1, 20) AS g;
INSERT INTO authors SELECT 1 + g % 20, g, 'sesame ' || g, 'sesame ' || g % 7 FROM generate_series(1, 1000) AS g;
INSERT INTO books
SELECT b.id, a.tenant_id, CASE WHEN b.id % 10 < 3 THEN NULL ELSE a.id END, CASE WHEN b.id % 4 = 0 THEN 1 + b.id % 50 END,
       'sesame ' || CASE WHEN b.id % 10 < 7 THEN 1 ELSE b.id % 3 END, b.id % 997,
       '2026-01-01'::timestamptz + b.id * interval '1 min'
FROM (SELECT g AS id, 1 + floor(950 * power((g * 7919 % {books} + 0.5) / {books}, {skew}))::bigint AS author
      FROM generate_series(1, {books}) AS g) AS b
JOIN authors AS a ON a.id = b.author
ORDER BY {order};
"""

_INDEXES = """
CREATE INDEX {author} ON books (tenant_id, author_id);
CREATE INDEX {sequel} ON books (sequel_of);
CREATE INDEX {at} ON books (at);
CREATE INDEX {open} ON books (price) WHERE status = 'sesame 2';
ANALYZE;
"""


def make_shop(dsn: str, *, skew: float = 3.0, order: str = "b.id", prefix: str = "i") -> str:
    """Fill an empty database.

    Args:
        dsn: of the database.
        skew: of books over authors; 1 is uniform. The number of books of each author is the same every time.
        order: of the rows on disk.
        prefix: of the names of the indexes.
    """
    names = {name: sql.Identifier(f"{prefix}_{name}") for name in ("author", "sequel", "at", "open")}
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_TABLES.encode())
        rows = sql.SQL(_ROWS).format(books=sql.Literal(BOOKS), skew=sql.Literal(skew), order=sql.SQL(order))
        with connection.transaction():
            connection.execute("ALTER TABLE books DROP CONSTRAINT books_sequel_of_fkey")
            connection.execute(rows)
            connection.execute("ALTER TABLE books ADD CONSTRAINT books_sequel_of_fkey FOREIGN KEY (sequel_of) REFERENCES books")
        connection.execute(sql.SQL(_INDEXES).format(**names))
    return dsn
