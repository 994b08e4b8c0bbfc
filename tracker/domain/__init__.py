"""The rules: pure functions over small values."""
