"""The sample county: fictional reports, the story told about them, and what builds a database from both."""
