"""Who owns a home folder. Chroma has one writer, so one process at a time holds this lock; others go through it or wait."""

import fcntl
import json
import os
from pathlib import Path

from store.errors import Busy


class HomeLock:
    """An exclusive lock on `home/owner.lock`, held until `release()` or the end of the process, however it ends."""

    def __init__(self, home: Path) -> None:
        self.path = home / "owner.lock"
        self._handle: int | None = None

    def acquire(self, purpose: str) -> None:
        """Take the home for `purpose` ("serve", "load", …). Raises Busy, naming the owner, when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            owner = read_owner(self.path.parent)
            raise Busy(
                f"{self.path.parent} is in use by `tickmark {owner.get('purpose', '?')}` (process {owner.get('pid', '?')}); "
                "wait until it ends, or stop it"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "purpose": purpose}).encode(), 0)
        self._handle = handle

    def describe(self, **facts: object) -> None:
        """Add to what others can read about the owner (the address where it serves)."""
        if self._handle is None:
            raise Busy("the home is not ours to describe")
        body = json.dumps({**read_owner(self.path.parent), **facts}).encode()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, body, 0)

    def release(self) -> None:
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def read_owner(home: Path) -> dict[str, object]:
    """What the owner of a home wrote about itself; empty when nobody did."""
    try:
        found = json.loads((home / "owner.lock").read_text() or "{}")
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_owned(home: Path) -> bool:
    """Whether a living process holds the home now."""
    try:
        handle = os.open(home / "owner.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
