"""Chinese text: pure functions that know nothing of reports."""
