"""Rows: engine, sessions, models and read queries."""
