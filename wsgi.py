"""The entry point for a WSGI server: ``waitress-serve wsgi:application``."""

from tracker.application import create_app

from config import load_settings

application = create_app(load_settings())
