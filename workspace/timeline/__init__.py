"""What happened at a client, in one stream, and the firm's inbox.

A stream holds mail, calls, notes, documents, decisions, releases, money, tasks done and requests received.

Front doors: `timeline` (stream.py), `add_note`, `log_call`, `edit_note` (notes.py), `mentions_of` (mentions.py), `watch` (watches.py),
`inbox` (inbox.py) and the acts of triage.py. Reads the records where they are and keeps no copy of them: an entry is a row of another
table, told in the stream's columns. Never sends anything.
"""
