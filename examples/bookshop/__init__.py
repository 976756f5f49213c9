"""The bookshop example: a small service with a domain model, commands, PostgreSQL and HTTP, and tests that use fake data."""
