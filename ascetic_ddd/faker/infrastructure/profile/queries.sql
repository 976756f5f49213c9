-- Every statement that capturing a profile runs, by name. {words} are identifiers and clauses that queries.py fills in;
-- %(words)s are parameters. Nothing here writes, and nothing but "values" and "most_common_keys" reads values of rows;
-- the latter are only used to count their rows.

-- name: server
-- Facts that are written into the profile: neither host nor user.
SELECT current_setting('server_version'), current_setting('default_statistics_target')::int, current_schema(),
       current_setting('transaction_read_only') = 'on', pg_is_in_recovery(), current_database()

-- name: schemas
-- Schemas that are not the system's, and whether the role may look into them.
SELECT nspname, has_schema_privilege(oid, 'USAGE')
  FROM pg_namespace
 WHERE nspname NOT IN ('information_schema', 'pg_catalog', 'pg_toast') AND nspname NOT LIKE 'pg\_temp\_%'
   AND nspname NOT LIKE 'pg\_toast\_temp\_%'
 ORDER BY nspname

-- name: tables
-- Tables with their size when last analysed. A partitioned table stands for its partitions. Tables of extensions are left
-- out. No table is locked, so none that somebody else has locked is waited for.
SELECT c.oid::int8, n.nspname, c.relname, c.relkind = 'p', row_security_active(c.oid),
       size.pages * current_setting('block_size')::int8, size.pages, size.rows, has_any_column_privilege(c.oid, 'SELECT')
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(l.relpages), 0)::int8 AS pages,
              CASE WHEN bool_and(l.reltuples >= 0) THEN sum(l.reltuples)::float8 END AS rows
         FROM pg_class AS l
        WHERE l.oid = c.oid AND c.relkind = 'r'
           OR c.relkind = 'p' AND l.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)) AS size
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY (%(schemas)s)
   AND NOT EXISTS (SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY n.nspname, c.relname

-- name: sizes
-- Tables as large as they are now, with their rows as the planner reckons them: density when last analysed, times the
-- pages of today.
SELECT c.oid::int8, coalesce(sum(s.bytes), 0)::int8, coalesce(sum(s.pages), 0)::int8,
       CASE WHEN bool_or(s.pages > 0 AND (l.reltuples < 0 OR l.relpages = 0)) THEN NULL
            ELSE coalesce(sum(CASE WHEN l.relpages > 0 THEN l.reltuples::float8 / l.relpages * s.pages ELSE 0 END), 0) END
  FROM pg_class AS c
  LEFT JOIN pg_class AS l
    ON l.oid = c.oid AND c.relkind = 'r'
    OR c.relkind = 'p' AND l.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)
 CROSS JOIN LATERAL (
       SELECT pg_relation_size(l.oid) AS bytes, pg_relation_size(l.oid) / current_setting('block_size')::int AS pages) AS s
 WHERE c.oid = ANY (%(tables)s::int8[]::oid[])
 GROUP BY c.oid

-- name: columns
-- Columns with what can be done with their values: "base" is the type below domains, "sortable" whether it has an order
-- (for an array: whether its elements have).
WITH RECURSIVE base AS (
       SELECT oid, oid AS base FROM pg_type WHERE typtype <> 'd'
       UNION ALL
       SELECT t.oid, b.base FROM pg_type AS t JOIN base AS b ON b.oid = t.typbasetype WHERE t.typtype = 'd'),
     ordered AS (
       SELECT o.opcintype AS type FROM pg_opclass AS o JOIN pg_am AS m ON m.oid = o.opcmethod
        WHERE m.amname = 'btree' AND o.opcdefault)
SELECT a.attrelid::int8, a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, NULL), t.typname,
       t.typtype = 'e', a.attnotnull, has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
       e.typtype IN ('e', 'r', 'm') OR e.oid IN (SELECT type FROM ordered)
       OR EXISTS (SELECT FROM pg_cast AS k
                   WHERE k.castsource = e.oid AND k.castmethod = 'b' AND k.castcontext = 'i'
                     AND k.casttarget IN (SELECT type FROM ordered)),
       CASE WHEN b.base <> a.atttypid THEN format_type(b.base, NULL) END
  FROM pg_attribute AS a
  JOIN base AS b ON b.oid = a.atttypid
  JOIN pg_type AS t ON t.oid = b.base
  JOIN base AS f ON f.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
  JOIN pg_type AS e ON e.oid = f.base
 WHERE a.attrelid = ANY (%(tables)s::int8[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum

-- name: indexes
-- Whole-table indexes on columns alone: those that are unique, primary, and those that find rows by equality.
SELECT i.indrelid::int8, k.columns, i.indisunique AND m.amname = 'btree', i.indisprimary, m.amname = 'btree'
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_am AS m ON m.oid = c.relam
 CROSS JOIN LATERAL (
       SELECT array_agg(a.attname::text ORDER BY u.n) AS columns
         FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
         JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
        WHERE u.n <= i.indnkeyatts) AS k
 WHERE i.indrelid = ANY (%(tables)s::int8[]::oid[]) AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid
   AND (m.amname = 'btree' OR m.amname = 'hash' OR i.indisprimary)
 ORDER BY i.indrelid, i.indexrelid

-- name: foreign_keys
-- Foreign keys as they are declared; those that PostgreSQL repeats for partitions are left out. Older servers have
-- neither unenforced ones nor periods.
SELECT c.conname, c.conrelid::int8, c.confrelid::int8, s.columns, r.columns, c.convalidated,
       coalesce((to_jsonb(c) ->> 'conenforced')::bool, true), coalesce((to_jsonb(c) ->> 'conperiod')::bool, false)
  FROM pg_constraint AS c
 CROSS JOIN LATERAL (SELECT array_agg(a.attname::text ORDER BY u.n) AS columns
                       FROM unnest(c.conkey) WITH ORDINALITY AS u (attnum, n)
                       JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = u.attnum) AS s
 CROSS JOIN LATERAL (SELECT array_agg(a.attname::text ORDER BY u.n) AS columns
                       FROM unnest(c.confkey) WITH ORDINALITY AS u (attnum, n)
                       JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = u.attnum) AS r
 WHERE c.contype = 'f' AND c.conparentid = 0 AND c.conrelid = ANY (%(tables)s::int8[]::oid[])
 ORDER BY c.conrelid, s.columns, c.conname

-- name: statistics
-- What the planner knows of columns, without the values.
SELECT c.oid::int8, s.attname, s.null_frac::float8, s.avg_width::float8, s.n_distinct::float8,
       coalesce(s.most_common_freqs, '{{}}')::float8[], s.correlation::float8
  FROM pg_stats AS s
  JOIN pg_namespace AS n ON n.nspname = s.schemaname
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.tablename
 WHERE c.oid = ANY (%(tables)s::int8[]::oid[]) AND s.inherited = (c.relkind = 'p')

-- name: most_common_keys
-- The keys that the planner holds for the most frequent of a foreign key; their rows are counted, they go nowhere else.
SELECT coalesce(s.most_common_vals::text::text[], '{{}}'), coalesce(s.most_common_freqs, '{{}}')::float8[]
  FROM pg_stats AS s
  JOIN pg_namespace AS n ON n.nspname = s.schemaname
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.tablename
 WHERE c.oid = %(table)s::int8::oid AND s.attname = %(column)s AND s.inherited = (c.relkind = 'p')

-- name: row_counts
-- Rows of a table, and how many are not null in each column: one pass.
SELECT count(*){counts} FROM {table}

-- name: column_counts
-- How many values have so many rows.
SELECT c, count(*) FROM (SELECT count(*) AS c FROM {table} WHERE {column} IS NOT NULL GROUP BY {column}) AS g GROUP BY c

-- name: column_samples
-- A sample of rows, read once, and what it tells of each column: one of the two that follow for each.
WITH s AS MATERIALIZED (
       SELECT row_number() OVER (ORDER BY tableoid, ctid) AS place, {values} FROM {table} {sample} WHERE {chosen})
{parts}

-- name: column_sample
-- Rows, rows not null, mean width, correlation of place and order, how many values have so many rows; of numbers, means
-- of 101 equal parts of the ranking, fewer where a part would have fewer than 5 rows: no row's own value, unless 5 rows
-- and more have the same.
-- Equal values are ranked by their place, as ANALYZE does it: pg_stats.correlation counts ties as order.
SELECT * FROM (
       WITH r AS MATERIALIZED (
              SELECT v, place, rank() OVER v AS rank, row_number() OVER w AS sorted,
                     (row_number() OVER w - 1) * greatest(1, least(101, n / 5)) / n AS part
                FROM (SELECT {value} AS v, place, (SELECT count({value}) FROM s) AS n FROM s WHERE {value} IS NOT NULL) AS f
              WINDOW w AS (ORDER BY v, place), v AS (ORDER BY v)),
            g AS (SELECT c, count(*) AS k FROM (SELECT count(*) AS c FROM r GROUP BY rank) AS z GROUP BY c)
       SELECT {number}::int, (SELECT count(*) FROM s), count(*), avg(pg_column_size(v))::float8, corr(place, sorted),
              (SELECT array_agg(ARRAY[c, k]) FROM g), {means} FROM r) AS x

-- name: means
-- Part of column_sample.
(SELECT array_agg(m ORDER BY part) FROM (SELECT part, avg({as_number}) AS m FROM r GROUP BY part) AS parts)

-- name: opaque_column_sample
-- The same of a type without an order.
SELECT {number}::int, count(*), count({value}), avg(pg_column_size({value}))::float8, NULL::float8, NULL::int8[],
       NULL::float8[] FROM s

-- name: finite_quantiles
-- The means of parts of those numbers that are not infinite, where some are.
WITH f AS MATERIALIZED (
       SELECT x FROM (SELECT {number} AS x FROM {table} {sample} WHERE {chosen} AND {column} IS NOT NULL) AS n
        WHERE x > '-Infinity' AND x < 'Infinity'),
     b AS (SELECT x, ntile(greatest(1, least(101, (SELECT count(*) FROM f) / 5))::int) OVER (ORDER BY x) AS part FROM f)
SELECT array_agg(m ORDER BY part), (SELECT count(*) FROM f) FROM (SELECT part, avg(x) AS m FROM b GROUP BY part) AS parts

-- name: values
-- The most frequent values with their rows: only of columns that were asked for, enums and booleans.
SELECT {column}{as_text}, count(*) FROM {table} {sample} WHERE {chosen} GROUP BY {column} ORDER BY count(*) DESC LIMIT {most}

-- name: weeks
-- A sample of rows, read once, and for each column of times how many of them lie in which part of the week.
WITH s AS MATERIALIZED (SELECT {values} FROM {table} {sample} WHERE {chosen})
{parts}

-- name: week
-- Part of weeks: hours, or days of dates, from Monday on. 1970 began on a Thursday.
SELECT {number}::int, ({since_1970} % {parts} + {parts} + {parts} * 3 / 7) % {parts} AS part, count(*)
  FROM s WHERE isfinite({value}) GROUP BY part

-- name: codes
-- Numbers that stand for the values of columns, in a sample of rows: equal values have equal numbers, and nothing else
-- can be told from them.
SELECT {codes} FROM {table} {sample} WHERE {chosen} LIMIT {most}

-- name: reference_counts
-- One pass over the child: how many keys have so many rows, and how many rows refer to nobody.
SELECT is_null, c, count(*)
  FROM (SELECT {is_null} AS is_null, count(*) AS c FROM {child} AS ch GROUP BY {columns}) AS g
 GROUP BY is_null, c

-- name: within_counts
-- Groups are the values of the shared columns, in order of their rows, most first: each by itself if they are few, else cut in four.
WITH g AS (SELECT {named_columns}, count(*) AS c FROM {child} AS ch WHERE NOT {is_null} GROUP BY {columns}),
     p AS (SELECT dense_rank() OVER (ORDER BY {shared}) AS number, coalesce(g.c, 0) AS c
             FROM {parent} AS p LEFT JOIN g ON {join}),
     q AS (SELECT number, c, sum(c) OVER (PARTITION BY number) AS in_group FROM p),
     r AS (SELECT DISTINCT number, in_group FROM q),
     n AS (SELECT number, in_group, ntile(CASE WHEN (SELECT count(*) FROM r) <= {few} THEN {few} ELSE {classes} END)
                                      OVER (ORDER BY in_group DESC, number) AS class FROM r)
SELECT class, c, count(*), NULL FROM q JOIN n USING (number) GROUP BY class, c
UNION ALL
SELECT class, NULL, count(*), sum(in_group)::int8 FROM n GROUP BY class

-- name: parent_sample
-- A sample of parents, each with its children counted through the child's index: no block of the child is sampled.
SELECT c, count(*)
  FROM (SELECT (SELECT count(*) FROM {child} AS ch WHERE {join}) AS c FROM {parent} AS p {sample} WHERE {chosen}) AS z
 GROUP BY c

-- name: parent_join
-- The same by one pass over the child, where that is read faster than the rows of so many parents are found by index.
SELECT c, count(*)
  FROM (SELECT count(ch.tableoid) AS c FROM {parent} AS p {sample} LEFT JOIN {child} AS ch ON {join}
         WHERE {chosen} GROUP BY p.tableoid, p.ctid) AS z
 GROUP BY c

-- name: parent_sample_within
-- The same by group, which is told by a number only.
SELECT code, c, count(*)
  FROM (SELECT hashtextextended(ROW({group})::text COLLATE "C", 0) AS code,
               (SELECT count(*) FROM {child} AS ch WHERE {join}) AS c
          FROM {parent} AS p {sample} WHERE {chosen}) AS z
 GROUP BY code, c

-- name: groups_of_parents
-- Parents by group.
SELECT hashtextextended(ROW({group})::text COLLATE "C", 0), count(*) FROM {parent} AS p GROUP BY {group}

-- name: key_counts
-- Rows of given keys, all counted.
SELECT k.n, g.c
  FROM unnest({keys}) WITH ORDINALITY AS k (v, n)
  JOIN (SELECT ch.{column} AS v, count(*) AS c FROM {child} AS ch WHERE ch.{column} = ANY ({keys}) GROUP BY ch.{column}) AS g
    ON g.v = k.v

-- name: combinations
-- Rows of each combination of two columns, told by numbers that stand for their values.
SELECT {given_code}, {other_code}, c
  FROM (SELECT {given} AS a, {other} AS b, count(*) AS c FROM {table} {sample} WHERE {chosen} GROUP BY 1, 2) AS g
 LIMIT {most}

-- name: bounds
-- Part of combinations: hundredths of a sample, which a value's class is told by. They stay in the server.
(SELECT percentile_disc({shares}::float8[]) WITHIN GROUP (ORDER BY {column}) FROM {table} {sample} WHERE {chosen})
