"""Promises and asks in what people write: who owes what to whom by when, each with the words it was read from. Pure rules over text.

Front doors: `said_in_mail`, `said_in_note`, `promises_of` (reading.py), `is_ask` (asks.py), `how_kept` (kept.py). Only the words that the
sender wrote count, never quoted mail. What the rules leave open a model may read where one is configured: readings.py says which words
those are and keeps what was found. Never asks a model and never decides that a signal exists."""

from workspace.promises.asks import is_ask
from workspace.promises.kept import how_kept
from workspace.promises.reading import Said, promises_of, said_in_mail, said_in_note

__all__ = ["Said", "how_kept", "is_ask", "promises_of", "said_in_mail", "said_in_note"]
