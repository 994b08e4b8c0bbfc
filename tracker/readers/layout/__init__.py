"""From pieces of text with their places on a page to paragraphs and table rows, for every format that knows pages only.

``lines_of_pages`` is the way in: PDF, OFD and recognised pictures fill ``Page`` with ``Piece`` and hand it over.
"""

from tracker.readers.layout.reading import lines_of_pages
from tracker.readers.layout.shapes import Page, Piece, Rule

__all__ = ["Page", "Piece", "Rule", "lines_of_pages"]
