"""Corpora that were made before, in a folder of the home: reading one back takes a tenth of making it, so few need to stay in memory.

One file a client, replaced when its documents change. A file of another state of the program, or a broken one, is none. Only our own
classes are read back, whatever a file asks for. Knows no rights: whoever asks was given access to the client.
"""

import hashlib
import pickle
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")
_HERE = Path(__file__).parent
_OURS = "workspace.search."
_PART = "."
_OTHERS = frozenset(
    {
        ("datetime", "date"),
        ("builtins", "frozenset"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy.core.numeric", "_frombuffer"),
    }
)


def read(folder: Path | None, client_id: str, key: str, kind: type[Made]) -> Made | None:
    """What was kept of a client under this key, None when there is nothing of it."""
    if folder is None:
        return None
    try:
        with (folder / client_id).open("rb") as file:
            if file.readline().decode("ascii").strip() != _full(key):
                return None
            found = _Reader(file).load()
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ValueError, TypeError, IndexError, KeyError):
        return None
    return found if isinstance(found, kind) else None


def is_there(folder: Path | None, client_id: str, key: str) -> bool:
    """Whether something is kept of a client under this key; without a folder nothing ever is, and nothing has to be made ahead."""
    if folder is None:
        return True
    try:
        with (folder / client_id).open("rb") as file:
            return file.readline().decode("ascii").strip() == _full(key)
    except (OSError, UnicodeDecodeError):
        return False


def keep(folder: Path | None, client_id: str, key: str, made: object) -> None:
    """Keep it for the next time; whole or not at all. A folder that cannot be written keeps nothing."""
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=_PART, delete=False) as part:
            part.write(f"{_full(key)}\n".encode("ascii"))
            pickle.dump(made, part, protocol=pickle.HIGHEST_PROTOCOL)
        Path(part.name).replace(folder / client_id)
    except OSError:
        return


def sweep(folder: Path, before: float) -> int:
    """Take away what a process was writing when it ended, if that was before this moment (seconds since the epoch); how many."""
    halves = [one for one in folder.glob(f"{_PART}*") if one.stat().st_mtime < before]
    for one in halves:
        one.unlink(missing_ok=True)
    return len(halves)


def _full(key: str) -> str:
    return f"{key}-{_program()}"


@cache
def _program() -> str:
    """The hash of all that makes a corpus."""
    files = sorted([*_HERE.glob("*.py"), *_HERE.glob("*.toml")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        if module.startswith(_OURS) and "." not in name:  # a dotted name could walk into what a module imports
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__.startswith(_OURS):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a corpus")
