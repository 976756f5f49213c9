-- Each query stands under its name. The first ones have the shape used on production databases: shares of rows held by
-- equal-sized parts of the values, rows per used value.

-- name: books.tenant_id
WITH per_value AS (SELECT tenant_id, count(*) AS c FROM books WHERE tenant_id IS NOT NULL GROUP BY tenant_id)
SELECT array_agg(c) AS counts, avg(c) AS mean FROM per_value;

-- name: books.author_id, within its tenant
-- weights of each tenant that has at least four authors, averaged over tenants by their books
WITH per_value AS (SELECT tenant_id, author_id, count(*) AS c FROM books GROUP BY tenant_id, author_id),
     parts AS (SELECT tenant_id, c, ntile(4) OVER (PARTITION BY tenant_id ORDER BY c DESC) AS part,
                      count(*) OVER (PARTITION BY tenant_id) AS authors
               FROM per_value)
SELECT (SELECT array_agg(weight ORDER BY part) FROM (
           SELECT part, sum(c) / sum(sum(c)) OVER () AS weight FROM parts WHERE authors >= 4 GROUP BY part) AS shares) AS weights,
       (SELECT avg(c) FROM per_value) AS mean;

-- name: authors.tenant_id
WITH per_value AS (SELECT tenant_id, count(*) AS c FROM authors GROUP BY tenant_id)
SELECT array_agg(c) AS counts, avg(c) AS mean FROM per_value;

-- name: books by an author of another tenant
SELECT count(*) FROM books b WHERE NOT EXISTS (
    SELECT 1 FROM authors a WHERE a.tenant_id = b.tenant_id AND a.author_id = b.author_id);

-- name: authors without a book
SELECT count(*) FROM authors a WHERE NOT EXISTS (
    SELECT 1 FROM books b WHERE b.tenant_id = a.tenant_id AND b.author_id = a.author_id);

-- name: tenants without a book
SELECT count(*) FROM tenants t WHERE NOT EXISTS (SELECT 1 FROM books b WHERE b.tenant_id = t.tenant_id);
