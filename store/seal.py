"""Secrets at rest: sealed with the key of the home, so that a copy of the database or an export alone opens nothing.

The key is a file of the home folder that only its user can read; it is made when first needed and leaves with no export. A home whose key
is lost keeps its records and asks for the passwords again. Logs nothing.
"""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

KEY_FILE = "seal.key"


class Seal:
    """Seals and opens short secrets. Holds the key from when it is first used."""

    def __init__(self, home: Path) -> None:
        self._file = home / KEY_FILE
        self._fernet: Fernet | None = None

    def close(self, secret: str) -> str:
        """The sealed form of a secret; each time another one."""
        return self._opened().encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The secret; None when it was sealed with another key."""
        try:
            return self._opened().decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def _opened(self) -> Fernet:
        if self._fernet is None:
            if not self._file.exists():
                self._make()
            self._fernet = Fernet(self._file.read_bytes().strip())
        return self._fernet

    def _make(self) -> None:
        """Write a new key whole or not at all; who comes second finds the first one's."""
        part = self._file.with_name(f"{KEY_FILE}.{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(Fernet.generate_key())
        try:
            os.link(part, self._file)
        except FileExistsError:
            pass
        finally:
            part.unlink()
