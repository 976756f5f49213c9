"""``measure`` gives what the seed's SQL gives."""

import psycopg
import pytest

from ascetic_ddd.faker.application.measure import measure

NTILE = """
SELECT array_agg(held / total ORDER BY part) FROM (
  SELECT part, SUM(c)::float8 AS held, (SELECT COUNT(company_id) FROM employees)::float8 AS total
  FROM (
      SELECT ntile(4) OVER (ORDER BY c DESC) AS part, c
      FROM (SELECT COUNT(*) AS c FROM employees WHERE company_id IS NOT NULL GROUP BY company_id) AS per_company
  ) AS parts
  GROUP BY part
) AS t
"""
SKEW = """
WITH ranked AS (
    SELECT company_id, COUNT(*) AS freq, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) AS rank
    FROM employees WHERE company_id IS NOT NULL GROUP BY company_id
),
log_data AS (
    SELECT LN(rank::float) AS log_rank, LN(freq::float) AS log_freq
    FROM ranked WHERE rank <= (SELECT COUNT(*) * 0.9 FROM ranked)
)
SELECT 1.0 / (1.0 + REGR_SLOPE(log_freq, log_rank)), -REGR_SLOPE(log_freq, log_rank), REGR_R2(log_freq, log_rank)
FROM log_data
"""


@pytest.mark.parametrize(
    "counts",
    [[1000 // rank + 1 for rank in range(1, 91)], [5, 4, 4, 3, 2, 2, 1, 1, 1, 1, 1], [9, 8, 3], [40, 30, 7, 7, 7, 2, 1] * 13],
    ids=["zipf", "small", "three", "levels"],
)
def test_it_gives_what_the_sql_of_the_seed_gives(external_dsn: str, counts: list[int]) -> None:
    rows = [(number,) for number, count in enumerate(counts) for _ in range(count)]
    with psycopg.connect(external_dsn) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE employees (company_id int)")
        cursor.executemany("INSERT INTO employees VALUES (%s)", [*rows, (None,)])
        (weights,) = cursor.execute(NTILE).fetchone() or ((),)
        skew, alpha, r_squared = cursor.execute(SKEW).fetchone() or (0.0, 0.0, 0.0)
        mean = cursor.execute("SELECT COUNT(company_id)::float8 / COUNT(DISTINCT company_id) FROM employees").fetchone()
    found = measure(counts)
    assert found.weights == pytest.approx(weights)
    assert mean == (pytest.approx(found.mean),)
    assert found.regression is not None
    assert (found.regression.skew, found.regression.alpha, found.regression.r_squared) == pytest.approx((skew, alpha, r_squared))
