"""Many firms on one host: each with a home, a database, keys, files and an index of its own, told apart by the name a browser asks for.

The control file says which there are (control.py); `tickmark firm create` makes one (create.py); `tickmark serve --firms` serves them
(serve.py), their nights one after the other (turns.py). No firm's record is ever read for another's answer.
"""
