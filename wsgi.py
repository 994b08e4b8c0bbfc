"""The entry point for a WSGI server: ``waitress-serve wsgi:application``."""

from config import load_settings
from tracker.application import create_app

application = create_app(load_settings())
