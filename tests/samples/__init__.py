"""The sample county: its texts, its story, its files."""
