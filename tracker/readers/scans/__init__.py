"""Scans and photographs: pages are put straight, their characters recognised in a worker, their lines joined again."""
