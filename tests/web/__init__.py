"""Journeys over HTTP with the real application."""
