"""Files in: readers that accept or decline a file."""
