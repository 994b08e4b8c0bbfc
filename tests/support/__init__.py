"""Fixtures and helpers that the tests share; `tests/conftest.py` makes the fixtures known to every test."""
