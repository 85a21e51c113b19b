"""Chroma inside this process, with few indexes open at once. Imported only where the index is embedded: Chroma takes a second to load.

Chroma keeps as many indexes open as a fifth of the files that the process may have (204 of 1,024), each with some five megabytes and four
files: two hundred clients who were asked about made 1,016 MB of 95. With `OPEN` it stays at 650, and one that was closed is open again in
two milliseconds (200 collections of 1,000 vectors, three rounds). Its parts fill one by one: about fifty are open when the last is full.
"""

from pathlib import Path
from typing import Any

import chromadb
from chromadb.api.rust import RustBindingsAPI
from chromadb.config import Settings

OPEN = 32


def embedded(path: Path) -> Any:
    """A client of the collections in that folder."""
    client = chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))
    # no setting says how many; what is running is told so and started once more
    running: Any = getattr(client, "_server", None)
    if isinstance(running, RustBindingsAPI) and running.hnsw_cache_size > OPEN:
        running.stop()
        running.hnsw_cache_size = OPEN
        running.start()
    return client
