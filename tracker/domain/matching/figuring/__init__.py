"""Which number of a report answers a target: every way of reading one is a candidate, a small learned ranker chooses."""
