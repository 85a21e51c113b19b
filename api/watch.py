"""The watched folder: a pass over it takes in what is new or changed and marks what is gone; `tickmark serve` makes passes by itself.

A file is read when its size or time differs from what was remembered, and it has rested: what is still being written waits for the next
pass. What a pass takes in and what it remembers of it are one transaction, so a pass that was ended goes on with the next. A folder that is
not there, or is suddenly empty, is a drive that is not mounted: nothing is marked. Never writes into the folder.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from api.clock import seconds_now
from api.commands.result import Progress, silent
from api.commands.scopes import reading, writing
from api.intake import RawMail, arrived, index_new, is_mail, keeper, opener, read_bytes, read_mails
from api.loose import arrival, look_into, take_loose
from api.output import complain, tell
from api.wiring import Services
from ingestion.firm_folder import is_litter, workspace_path
from store.errors import Invalid, TickmarkError
from workspace.documents import Incoming, receive_all
from workspace.intake.watched import Remembered, Taken, map_folders, mark_gone, note_taken, remembered
from workspace.mail import Mail, address_book, receive_mail, threaded
from workspace.records.upsert import batches, known_clients

REST = 2.0  # seconds since a file was last written
FUTURE = 60.0  # a time so far ahead is a wrong clock, not a file that is being written
_POLL = 60.0  # seconds between passes where nothing tells of changes (network drives do not)
_SOON = 3.0
_AT_ONCE = 200


@dataclass(frozen=True)
class Entry:
    """A file of the tree. `top` is the folder that names the client, "" for a file beside the folders; `place` is where it stands in
    the client's workspace."""

    path: str
    file: Path
    top: str
    place: str
    source: str
    size: int
    mtime_ns: int


@dataclass
class Pass:
    """What a pass did. `outcomes` counts documents by outcome, `loose` files of the tray; `unrested` files wait; `clients` have news."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    loose: Counter[str] = field(default_factory=Counter[str])
    unchanged: int = 0
    unrested: int = 0
    gone: int = 0
    moved: int = 0
    returned: int = 0
    mapping: dict[str, str | None] = field(default_factory=dict[str, str | None])
    unreadable: list[str] = field(default_factory=list[str])
    refs: set[str] = field(default_factory=set[str])


def look(services: Services, root: Path, progress: Progress, rested: Callable[[Entry], bool] | None = None) -> Pass:
    """One pass. Raises Invalid when the folder is not there, or is empty and was not."""
    done, name = Pass(), str(root.resolve())
    if not root.is_dir():
        raise Invalid(f"the watched folder {root} is not there; nothing was taken in and nothing marked as gone")
    entries = list(tree(root, done.unreadable))
    with services.desk.at_work(progress) as told:
        with reading(services, "watch") as scope:
            known = remembered(scope, name)
            done.mapping = map_folders(scope, {entry.top for entry in entries if entry.top})
        if not entries and any(not one.gone for one in known.values()):
            raise Invalid(f"the watched folder {root} is empty, and was not; if that is so, say it with a file in it")
        fresh = [entry for entry in entries if _differs(known.get(entry.path), entry, done.mapping)]
        done.unchanged = len(entries) - len(fresh)
        ready = [entry for entry in fresh if (rested or has_rested)(entry)]
        done.unrested = len(fresh) - len(ready)
        mapped = [entry for entry in ready if done.mapping.get(entry.top)]
        loose = [entry for entry in ready if not done.mapping.get(entry.top)]
        for batch in batches(mapped, _AT_ONCE):
            _take(services, name, batch, done)
            told("files", done.outcomes.total(), len(mapped))
        _take_loose(services, name, loose, done, told)
        _mark_gone(services, name, known, entries, done)
        _read(services, done, bool(loose), told)
    return done


def tree(root: Path, unreadable: list[str]) -> Iterator[Entry]:
    """The files below a folder, sorted, as the mapping sees them: with a folder `documents` its folders are the clients' (and those of
    `books`), else the folders of the first level are. A folder that cannot be opened is named, and its files count as being there."""
    tops = ("documents", "books") if (root / "documents").is_dir() else ("",)
    for base in tops:
        for file, size, mtime_ns in _walk(root / base, root, unreadable):
            path = file.relative_to(root).as_posix()
            inner = path.removeprefix(f"{base}/") if base else path
            top, slash, below = inner.partition("/")
            place = f"books/{below}" if base == "books" else workspace_path(below)
            yield Entry(
                path,
                file,
                top if slash else "",
                place if slash else top,
                "books" if base == "books" else "watch",
                size,
                mtime_ns,
            )


def _walk(folder: Path, root: Path, unreadable: list[str]) -> Iterator[tuple[Path, int, int]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError:
        unreadable.append(folder.relative_to(root).as_posix())
        return
    for entry in entries:
        if entry.is_symlink() or is_litter(entry.name):
            continue
        if entry.is_dir():
            yield from _walk(Path(entry.path), root, unreadable)
        elif entry.is_file():
            stat = entry.stat()
            yield Path(entry.path), stat.st_size, stat.st_mtime_ns


def has_rested(entry: Entry) -> bool:
    """Whether the file was last written long enough ago."""
    age = seconds_now() - entry.mtime_ns / 1e9
    return age >= REST or age < -FUTURE


def _differs(known: Remembered | None, entry: Entry, mapping: dict[str, str | None]) -> bool:
    if known is None or known.gone:
        return True
    return (known.size, known.mtime_ns, known.client_ref) != (entry.size, entry.mtime_ns, mapping.get(entry.top))


def _still(entry: Entry) -> bool:
    """Whether the file is what it was when the tree was walked."""
    try:
        stat = entry.file.stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (entry.size, entry.mtime_ns)


def _take(services: Services, root: str, batch: Sequence[Entry], done: Pass) -> None:
    limit, keep = services.settings.max_file_mb, keeper(services, dry_run=False)
    files: list[Incoming] = []
    raw: list[RawMail] = []
    taken: list[Taken] = []
    for entry in batch:
        data, why = read_bytes(entry.file, limit)
        if not _still(entry):
            done.unrested += 1
            continue
        ref = done.mapping[entry.top] or ""
        taken.append(Taken(entry.path, entry.top, entry.size, entry.mtime_ns, ref, entry.place))
        done.refs.add(ref)
        if why:
            files.append(Incoming(ref, entry.place, "", 0, entry.source, why))
        elif is_mail(entry.place) and data:
            raw.append(RawMail(entry.place, entry.place, data, (ref,), entry.source))
        else:
            for one in arrived(ref, entry.place, data, entry.source, keep, services.parse_pool.parse, opener(services)):
                (files if isinstance(one, Incoming) else raw).append(one)  # type: ignore[arg-type]
    mails = _mails(services, raw, files)
    with writing(services, "watch") as scope:
        done.outcomes.update(one.outcome for one in receive_all(scope, files))
        filed = receive_mail(scope, address_book(scope), threaded(scope, mails))
        done.outcomes.update("accepted" if one.new else "unchanged" for one in filed)
        done.returned += note_taken(scope, root, taken)


def _mails(services: Services, raw: Sequence[RawMail], files: list[Incoming]) -> list[Mail]:
    """The messages; what only looks like one is put among the files."""
    keep = keeper(services, dry_run=False)
    mails, rejected = read_mails(services, raw, keep) if raw else ([], [])
    broken = {row.file for row in rejected}
    files += [Incoming(m.refs[0], m.path, keep(m.data), len(m.data), m.source) for m in raw if m.origin in broken]
    return [mail for _, mail in mails]


def _take_loose(services: Services, root: str, entries: Sequence[Entry], done: Pass, progress: Progress) -> None:
    for batch in batches(entries, _AT_ONCE):
        arrivals, taken = [], []
        for entry in batch:
            data, why = read_bytes(entry.file, services.settings.max_file_mb)
            if not _still(entry):
                done.unrested += 1
                continue
            arrivals.append(arrival(services, entry.path, data, "watch", why))
            taken.append(Taken(entry.path, entry.top, entry.size, entry.mtime_ns, None, entry.path))
        done.loose.update(outcome for _, _, outcome in take_loose(services, None, arrivals, progress))
        with writing(services, "watch") as scope:
            note_taken(scope, root, taken)


def _mark_gone(
    services: Services, root: str, known: dict[str, Remembered], entries: Sequence[Entry], done: Pass
) -> None:
    there = {entry.path for entry in entries}
    closed = tuple(f"{folder}/" for folder in done.unreadable)
    missed = [path for path, one in known.items() if not one.gone and path not in there and not path.startswith(closed)]
    if missed:
        with writing(services, "watch") as scope:
            gone = mark_gone(scope, root, missed)
        done.gone, done.moved = gone.documents, gone.moved
        if gone.moved:  # they are read where they are now
            done.refs.update(ref for path in missed if (ref := known[path].client_ref))


def _read(services: Services, done: Pass, loose: bool, progress: Progress) -> None:
    """Make everything of the pass searchable, as one batch."""
    if done.refs:
        with reading(services, "watch") as scope:
            clients = known_clients(scope, done.refs)
        index_new(services, progress, list(clients.values()))
    if loose or done.refs:
        look_into(services, progress)


@contextmanager
def open_watch(services: Services) -> Iterator[None]:
    """Watch the folder of the settings while the block lasts; nothing when none is set."""
    root = services.settings.watch
    if root is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_keep_looking, args=(services, root, stop), name="watch", daemon=True)
    thread.start()
    tell(f"Watching {root}")
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_looking(services: Services, root: Path, stop: threading.Event) -> None:
    changed = threading.Event()
    listener = threading.Thread(target=_listen, args=(root, stop, changed), name="watch changes", daemon=True)
    listener.start()
    before: dict[str, tuple[int, int]] = {}
    said, pause = "", _SOON  # what changed while the listener was not there yet is found by a second pass

    def rested(entry: Entry) -> bool:
        # a wrong clock on the other machine: what stays the same over two passes has rested too
        same = before.get(entry.path) == (entry.size, entry.mtime_ns)
        before[entry.path] = (entry.size, entry.mtime_ns)
        return same or has_rested(entry)

    while not stop.is_set():
        changed.clear()
        try:
            waits, said = look(services, root, silent, rested).unrested, ""
        except (TickmarkError, SQLAlchemyError, OSError) as error:  # the next pass goes on
            if str(error) != said:  # once, not every minute
                complain(f"watch: {error}")
            waits, said = 0, str(error)
        if not waits:
            before.clear()
        changed.wait(REST if waits else pause)
        pause = _POLL
    changed.set()
    listener.join()


def _listen(root: Path, stop: threading.Event, changed: threading.Event) -> None:
    """Tell of changes below the folder as the system tells of them; where it does not, the passes come by the clock alone."""
    try:
        from watchfiles import watch
    except ImportError:
        stop.wait()
        changed.set()
        return
    while not stop.is_set():
        try:
            for _ in watch(root, stop_event=stop, debounce=1600, raise_interrupt=False):
                changed.set()
        except (OSError, RuntimeError):  # the folder is not there now
            stop.wait(_POLL)
    changed.set()
