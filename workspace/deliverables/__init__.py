"""Deliverables, from facts to release: what goes to a client, an agency or into the file, with the proof of every figure.

kinds/ gathers, templates/ words, compose.py ties out, filing.py puts it into review, review.py and release.py decide, reading.py
shows, render/ puts it on paper, proof.py opens a figure's source. Nothing here sends anything, and nothing leaves without release.py.
"""
