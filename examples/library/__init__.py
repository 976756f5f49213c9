"""The library example: tenants, authors and books, as in the README."""
