"""Truth at rest: tables, migrations, sessions, blobs, the vector index, the audit chain and the error family.

Front doors: `Database` (database.py), `Blobs` (blobs.py), `VectorIndex` (vectors.py), `record` (audit.py).
Never here: rules of the practice, HTTP, prompts.
"""
