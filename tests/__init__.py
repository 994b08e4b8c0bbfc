"""The tests: the core without an app, services on both databases, journeys over HTTP and in a browser."""
