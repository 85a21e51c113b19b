"""A client's own books by period: `read.read_books(scope, ref)` gives the statements with their accounts, figures and what does not hold.

statements.py lines accounts up over periods, checks.py foots and rolls, compare.py holds two periods against each other, apart.py gives
detectors and drafts the periods that a document's facts leave out. Never parses and never corrects: a figure is what its cell says.
"""
