"""Situations: one small function for each thing that can be wrong with a client, and for each that only looks wrong.

Each takes the sample and a client, changes records or files papers, and says what must be raised (`plant`) or must not (`decoy`).
Front door: `apply` in table.py. The definitions are those of the table in README.md.
"""
