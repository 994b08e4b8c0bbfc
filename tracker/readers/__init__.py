"""Files in: readers that accept or decline a file.

``read_file`` reads in this process; ``tracker.readers.sandbox`` does it in a child with limits of memory and time.
"""
