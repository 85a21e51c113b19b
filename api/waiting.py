"""Exports that wait between their dry run and their import: sealed files in the home's folder `imports`, for a day.

What waits is its owner's alone, survives a restart, and is removed when it was brought in, set aside or is a day old. Reads nothing in
the files.
"""

import json
import re
import secrets
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.wiring import Services
from store.errors import NotFound

FOLDER = "imports"
KEPT_FOR = timedelta(days=1)
_ID = re.compile(r"wait_[0-9a-f]{16}")
_PURPOSE = "waiting-import"


@dataclass(frozen=True)
class Waiting:
    """One export that waits. `source`: auto or the system that was named. `state`: reading, ready, importing, done, failed, with `said`
    the sentence of a failure; `numbers` are the imports that were made of it. `files` are (name, size in bytes)."""

    id: str
    email: str
    at: str
    source: str
    state: str = "reading"
    said: str = ""
    numbers: tuple[int, ...] = ()
    files: tuple[tuple[str, int], ...] = field(default=())

    @property
    def began(self) -> datetime:
        return datetime.fromisoformat(self.at)


def keep(services: Services, email: str, source: str, files: Sequence[tuple[str, bytes]]) -> Waiting:
    """Seal these files (name, bytes) and let them wait."""
    clean(services)
    one = Waiting(
        f"wait_{secrets.token_hex(8)}",
        email,
        datetime.now(UTC).isoformat(),
        source,
        files=tuple((name, len(data)) for name, data in files),
    )
    folder = _root(services) / one.id
    folder.mkdir(parents=True, mode=0o700)
    for number, (_, data) in enumerate(files):
        _write(services, folder / str(number), b64encode(data).decode())
    put(services, one)
    return one


def get(services: Services, email: str, waiting_id: str) -> Waiting:
    """The export of that id. Raises NotFound for one that is gone, too old, or somebody else's."""
    one = _head(services, _root(services) / waiting_id) if _ID.fullmatch(waiting_id) else None
    if one is None or one.email != email:
        raise NotFound("this export waits no longer: it was brought in, set aside, or is more than a day old")
    return one


def mine(services: Services, email: str) -> list[Waiting]:
    """What waits of this person, the newest first."""
    found = (_head(services, folder) for folder in _folders(services))
    hers = (one for one in found if one and one.email == email and one.state != "done")
    return sorted(hers, key=lambda one: one.at, reverse=True)


def files_of(services: Services, one: Waiting) -> list[tuple[str, bytes]]:
    """Its files. Raises NotFound when one of them cannot be opened any more."""
    folder = _root(services) / one.id
    found: list[tuple[str, bytes]] = []
    for number, (name, _) in enumerate(one.files):
        text = _read(services, folder / str(number))
        if text is None:
            raise NotFound(f"{name} is not there any more: upload the export again")
        found.append((name, b64decode(text)))
    return found


def put(services: Services, one: Waiting, **changes: Any) -> Waiting:
    """Write down how it stands."""
    one = replace(one, **changes)
    _write(services, _root(services) / one.id / "head", json.dumps(asdict(one)))
    return one


def put_trial(services: Services, one: Waiting, trial: dict[str, Any]) -> None:
    """Keep what a dry run said, so that a page is turned without another."""
    _write(services, _root(services) / one.id / "trial", json.dumps(trial, default=str))


def trial_of(services: Services, one: Waiting) -> dict[str, Any] | None:
    """What the last dry run said."""
    text = _read(services, _root(services) / one.id / "trial")
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def empty(services: Services, one: Waiting) -> None:
    """Remove its files and its dry run; what became of it stays known for the day."""
    for path in (_root(services) / one.id).iterdir():
        if path.name != "head":
            path.unlink(missing_ok=True)


def drop(services: Services, one: Waiting) -> None:
    """Remove it with its files."""
    shutil.rmtree(_root(services) / one.id, ignore_errors=True)


def clean(services: Services, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Remove what is older than a day, also what cannot be opened any more; how many went."""
    gone = 0
    for folder in _folders(services):
        one = _head(services, folder, aged=False)
        began = one.began if one else datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        if now() - began > KEPT_FOR:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def _root(services: Services) -> Path:
    return services.home / FOLDER


def _folders(services: Services) -> list[Path]:
    root = _root(services)
    return [one for one in root.iterdir() if _ID.fullmatch(one.name)] if root.is_dir() else []


def _head(services: Services, folder: Path, aged: bool = True) -> Waiting | None:
    text = _read(services, folder / "head")
    if text is None:
        return None
    kept = json.loads(text)
    files = tuple((name, size) for name, size in kept["files"])
    one = Waiting(**{**kept, "files": files, "numbers": tuple(kept["numbers"])})
    return None if aged and datetime.now(UTC) - one.began > KEPT_FOR else one


def _write(services: Services, path: Path, text: str) -> None:
    """Whole or not at all: a page may read it meanwhile."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    part.write_text(services.seal.close(text, _PURPOSE), encoding="ascii")
    part.chmod(0o600)
    part.replace(path)


def _read(services: Services, path: Path) -> str | None:
    try:
        return services.seal.open(path.read_text(encoding="ascii"), _PURPOSE)
    except OSError:
        return None
