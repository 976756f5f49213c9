-- The application's own tables, with the keys an application has.

CREATE TABLE tenants (
    tenant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL
);

CREATE TABLE authors (
    tenant_id bigint NOT NULL REFERENCES tenants,
    author_id bigint GENERATED ALWAYS AS IDENTITY,
    name      text NOT NULL,
    PRIMARY KEY (tenant_id, author_id)
);

CREATE TABLE books (
    tenant_id bigint NOT NULL REFERENCES tenants,
    book_id   bigint GENERATED ALWAYS AS IDENTITY,
    author_id bigint NOT NULL,
    title     text NOT NULL,
    PRIMARY KEY (tenant_id, book_id),
    FOREIGN KEY (tenant_id, author_id) REFERENCES authors
);

CREATE INDEX ON books (tenant_id, author_id);
