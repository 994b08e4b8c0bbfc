"""Scripts for developers; nothing here runs in production."""
