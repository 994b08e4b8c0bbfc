"""Measurements, each as a ratio to something bare taken in the same run: a page to its SQL, reading to cutting words.

A module ``bench/bench_*.py`` has a function ``figures()`` that yields Figure values; ``make bench`` runs them all.
"""
