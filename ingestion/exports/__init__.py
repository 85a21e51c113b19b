"""Exports of other systems (Karbon, TaxDome, QuickBooks …) as people save them, into entries, each with its verdict where it has none.

`read_export` is the front door: files → grids → a table recognised by its header row → entries and the report's own totals. Knows what
columns are called and how dates and money are written; never knows what is on record, and decides nothing about it.
"""

from ingestion.exports.books import books_in
from ingestion.exports.read import Export, UnknownTable, read_export

__all__ = ["Export", "UnknownTable", "books_in", "read_export"]
