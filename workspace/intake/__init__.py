"""How files come in: whose a loose file may be, the firm's tray of those, the watched folder, versions of a document, the intake lists.

Rows go in through `workspace/documents.py`; nothing here parses bytes or decides for a person.
"""
