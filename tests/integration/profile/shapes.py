"""A database of known shapes, and the seed's SQL to measure it by hand."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import psycopg
from psycopg import sql

PARENTS = 1_000

MEASURES = """
WITH per_parent AS (SELECT parent_id, count(*) AS c FROM {child} WHERE parent_id IS NOT NULL GROUP BY parent_id),
     parts AS (SELECT part, sum(c)::float8 / (SELECT sum(c) FROM per_parent)::float8 AS weight
                 FROM (SELECT ntile(4) OVER (ORDER BY c DESC) AS part, c FROM per_parent) AS t GROUP BY part),
     ranked AS (SELECT c AS freq, row_number() OVER (ORDER BY c DESC) AS rank FROM per_parent),
     log_data AS (SELECT ln(rank::float8) AS log_rank, ln(freq::float8) AS log_freq
                    FROM ranked WHERE rank <= (SELECT count(*) * 0.9 FROM ranked))
SELECT (SELECT array_agg(weight ORDER BY part) FROM parts),
       (SELECT count(*)::float8 / greatest(count(DISTINCT parent_id), 1) FROM {child} WHERE parent_id IS NOT NULL),
       (SELECT count(*) FILTER (WHERE parent_id IS NULL)::float8 / count(*) FROM {child}),
       (SELECT -regr_slope(log_freq, log_rank) FROM log_data), (SELECT regr_r2(log_freq, log_rank) FROM log_data)
"""
"""The seed's "Снятие weights", "mean", "null_weight" and "skew"."""


def by_skew(skew: float, mean: int, parents: int = PARENTS) -> list[int]:
    """Counts of the law, rounded."""
    points = [round(parents * mean * (rank / parents) ** (1.0 / skew)) for rank in range(parents + 1)]
    return [high - low for low, high in pairwise(points)]


def drawn(skew: float, mean: int, parents: int = PARENTS) -> list[int]:
    """Counts of rows that were drawn one by one, as the seed's formula does it."""
    random = Random(7)
    counts = [0] * parents
    for _ in range(parents * mean):
        counts[int(parents * (1.0 - random.random()) ** skew)] += 1
    return counts


def by_weights(weights: Sequence[float], mean: int, parents: int = PARENTS) -> list[int]:
    size = parents // len(weights)
    return [round(parents * mean * weight / size) for weight in weights for _ in range(size)]


def zipf(alpha: float, parents: int = PARENTS) -> list[int]:
    return [max(1, round(4_000 / rank**alpha)) for rank in range(1, parents + 1)]


SHAPES: dict[str, tuple[list[int], int]] = {  # children per parent; rows that are null
    "uniform": ([20] * PARENTS, 0),
    "skew_15": (by_skew(1.5, 20), 0),
    "skew_2": (by_skew(2.0, 20), 0),
    "skew_3": (by_skew(3.0, 20), 0),
    "skew_5": (by_skew(5.0, 20), 0),
    "drawn_uniform": (drawn(1.0, 20), 0),
    "drawn_2": (drawn(2.0, 20), 0),
    "weights": (by_weights([0.7, 0.2, 0.07, 0.03], 50), 0),
    "zipf": (zipf(1.2), 0),
    "half_unused": ([*by_skew(2.0, 20, PARENTS // 2), *[0] * (PARENTS // 2)], 0),
    "nulls": (by_skew(2.0, 18), 7_000),
}


def make_shapes(connection: psycopg.Connection) -> None:
    """Make a parent and a child for each shape; rows lie in random order."""
    for name, (counts, nulls) in SHAPES.items():
        parent, child = sql.Identifier(f"parent_{name}"), sql.Identifier(f"child_{name}")
        rows: list[int | None] = [number for number, count in enumerate(counts) for _ in range(count)]
        rows += [None] * nulls
        Random(1).shuffle(rows)
        connection.execute(sql.SQL("CREATE TABLE {} (id int PRIMARY KEY)").format(parent))
        connection.execute(sql.SQL("INSERT INTO {} SELECT generate_series(0, {})").format(parent, sql.Literal(len(counts) - 1)))
        connection.execute(sql.SQL("CREATE TABLE {} (parent_id int)").format(child))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(child)) as copy:
            for number in rows:
                copy.write_row((number,))
        connection.execute(sql.SQL("CREATE INDEX ON {} (parent_id)").format(child))
        connection.execute(sql.SQL("ALTER TABLE {} ADD FOREIGN KEY (parent_id) REFERENCES {}").format(child, parent))
    connection.execute("ANALYZE")


TENANTS = """
CREATE TABLE tenants (id int PRIMARY KEY);
INSERT INTO tenants SELECT generate_series(1, 10);
CREATE TABLE authors (tenant_id int REFERENCES tenants, id int, PRIMARY KEY (tenant_id, id));
INSERT INTO authors SELECT t, a FROM generate_series(1, 10) AS t, generate_series(1, 10 * t) AS a;
CREATE TABLE books (
    id serial PRIMARY KEY, tenant_id int NOT NULL, author_id int, editor_id int,
    FOREIGN KEY (tenant_id, author_id) REFERENCES authors,
    FOREIGN KEY (tenant_id, editor_id) REFERENCES authors);
INSERT INTO books (tenant_id, author_id, editor_id)
SELECT t, CASE WHEN b % 4 > 0 THEN 1 + b % (5 * t) END, 1 FROM generate_series(1, 10) AS t, generate_series(1, 40 * t) AS b;
CREATE INDEX ON books (tenant_id, author_id);
CREATE TABLE nodes (id int PRIMARY KEY, parent_id int REFERENCES nodes);
INSERT INTO nodes SELECT n, nullif(n / 3, 0) FROM generate_series(1, 300) AS n;
ANALYZE;
"""
