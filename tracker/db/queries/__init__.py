"""Read-only queries, one module a noun."""
