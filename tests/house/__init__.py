"""Tests about the house itself: what must hold for every route, table, template and module, present and to come."""
