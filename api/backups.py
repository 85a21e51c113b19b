"""Backups of a home with its services: made and written down, tested by bringing one back, and brought back onto an empty home.

`serve` makes them by itself where TICKMARK_BACKUP_TO says so. How they lie on disk is store/backup's.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from api.beside import beside
from api.commands.result import Progress, silent
from api.commands.scopes import reading, writing
from api.output import complain
from api.settings import Settings
from api.wiring import Services, build, has_records, keys_of, open_database
from store.backup.dump import told
from store.backup.keys import BackupKeys
from store.backup.make import Source, backups_in, make_backup
from store.backup.restore import Checked, bring_back, verify_backup
from store.backup.room import room_beside
from store.blobs import FileBlobs
from store.errors import Broken, Conflict, NotFound, TickmarkError
from workspace import backups
from workspace.scope import Right, Scope, system_scope

EVERY = 60.0  # seconds between two looks at whether one is due
AGAIN = 15 * 60.0  # seconds after which one that failed is tried again
JOB = "backup"


def backup_keys(settings: Settings) -> BackupKeys:
    """With what backups of this home are encrypted."""
    given = settings.backup_key.get_secret_value() if settings.backup_key else None
    return BackupKeys(keys_of(settings), given)


def folder_of(settings: Settings, asked: str | None) -> Path:
    """The folder that was named, or the one that is set. Raises NotFound without either."""
    if asked:
        return Path(asked).expanduser().absolute()
    if settings.backup_to is None:
        raise NotFound("name a folder for the backups, or set TICKMARK_BACKUP_TO")
    return settings.backup_to.expanduser().absolute()


def newest_in(folder: Path) -> Path:
    """The newest backup of a folder; a backup that is named itself. Raises NotFound."""
    found = [folder] if folder.is_file() else backups_in(folder)
    if not found:
        raise NotFound(f"there is no backup in {folder}")
    return found[0]


def make(
    services: Services,
    folder: Path,
    progress: Progress,
    *,
    keep: int | None = None,
    asker: str | None = None,
    by_itself: bool = False,
) -> dict[str, Any]:
    """Make a backup and write down what became of it, also where it failed. `by_itself`: nobody asked for it. Raises Forbidden without
    backup:make, and what failed."""
    enter = _as_the_job(services) if by_itself else partial(writing, services, JOB, asker)
    with enter() as scope:
        scope.require(Right.BACKUP_MAKE)
    settings, at, began = services.settings, services.clock.real_now(), perf_counter()
    source = Source(services.home, services.database, services.blobs, version("tickmark"))
    base: dict[str, Any] = {"at": at, "place": str(folder)}
    try:
        made = make_backup(
            source, folder, backup_keys(settings), at=at, keep=keep or settings.backup_keep, progress=progress
        )
    except (TickmarkError, OSError) as error:
        with enter() as scope:
            spent = perf_counter() - began
            backups.note_run(scope, backups.MADE, **base, seconds=spent, name="", size=0, detail={}, error=_said(error))
        raise (
            Broken(f"the backup to {folder} failed: {_said(error)}") if isinstance(error, OSError) else error
        ) from None
    seconds = perf_counter() - began
    detail = {**_detail(made.manifest), "key": made.key_id, "new_blobs": made.kept, "dropped": list(made.dropped)}
    with enter() as scope:
        backups.note_run(
            scope, backups.MADE, **base, seconds=seconds, name=made.path.name, size=made.size, detail=detail
        )
    return {"backup": str(made.path), "seconds": round(seconds, 2), "bytes_written": made.size, **detail}


def verify(settings: Settings, path: Path, progress: Progress) -> Checked:
    """Read all of a backup. Raises what is wrong, by name."""
    return verify_backup(path, backup_keys(settings), progress)


def restore(settings: Settings, path: Path, progress: Progress, *, note: bool = True) -> dict[str, Any]:
    """Bring a backup back onto a home without records; the index is made anew and held against the records. Raises Conflict where there
    are records, Broken where what came back is not what the backup says."""
    _refuse_records(settings)
    began = perf_counter()
    settings.home.mkdir(parents=True, exist_ok=True)
    checked = bring_back(
        path, backup_keys(settings), settings.home, settings.database, FileBlobs(settings.blobs), progress
    )
    found = _hold_against(settings, checked)
    with build(settings, own_index=True, purpose="restore") as services:
        found |= _make_index(services, progress)
        found |= {"backup": path.name, "made_at": checked.manifest["made_at"], **_detail(checked.manifest)}
        found["seconds"] = round(perf_counter() - began, 2)
        if note:
            with writing(services, JOB) as scope:
                backups.note_restored(scope, path.name, {"seconds": found["seconds"], "made_at": found["made_at"]})
    return found


def _refuse_records(settings: Settings) -> None:
    there = settings.database_url is None and has_records(settings)
    if settings.database_url is not None:
        database = open_database(settings)
        try:
            there = bool(inspect(database.engine).get_table_names())
        finally:
            database.close()
    if there:
        raise Conflict(f"{settings.home} has records already; a backup is brought back onto an empty home only")


def _hold_against(settings: Settings, checked: Checked) -> dict[str, Any]:
    """Every table's rows and the trail, before anything is written to them."""
    from workspace.trail import verify as verify_trail

    database = open_database(settings)
    try:
        with database.engine.connect() as connection:
            stands, wanted = told(connection), checked.manifest
        wrong = [name for name in ("schema", "rows", "trail") if stands[name] != wanted[name]]
        if wrong:
            raise Broken(f"what came back is not what the backup says: {', '.join(wrong)}")
    finally:
        database.close()
    with build(settings, own_index=True, purpose="restore") as services, reading(services, JOB) as scope:
        faults = verify_trail(scope)
    if faults:
        raise Broken(f"the trail does not hold: {faults[0].message}")
    return {"tables": len(wanted["rows"]), "rows": sum(wanted["rows"].values())}


def _make_index(services: Services, progress: Progress) -> dict[str, Any]:
    from ingestion import indexing

    progress("makes the index anew", 0, 0)
    count = indexing.rebuild(services.database, services.index, services.embedder)
    faults = list(indexing.verify(services.database, services.index))
    if faults:
        raise Broken(f"the index does not hold what the records say: {faults[0].client_ref}: {faults[0].message}")
    return {"passages": count}


def test(services: Services, folder: Path, progress: Progress, *, asker: str | None = None) -> dict[str, Any]:
    """Bring the newest backup back into a folder of its own, hold all of it against what it should be, and write down what came of it.

    On PostgreSQL its records come back into a database beside the firm's; where the login may make none, the backup is read to its end and
    held against its manifest."""
    with reading(services, JOB, asker) as scope:
        scope.require(Right.BACKUP_MAKE)
    at, began, path = services.clock.real_now(), perf_counter(), newest_in(folder)
    base: dict[str, Any] = {"at": at, "name": path.name, "place": str(path.parent)}
    try:
        found = _tried(services, path, progress)
    except (TickmarkError, OSError, SQLAlchemyError) as error:
        with writing(services, JOB, asker) as scope:
            spent = perf_counter() - began
            backups.note_run(scope, backups.TESTED, **base, seconds=spent, size=0, detail={}, error=_said(error))
        raise
    seconds = perf_counter() - began
    with writing(services, JOB, asker) as scope:
        backups.note_run(scope, backups.TESTED, **base, seconds=seconds, size=path.stat().st_size, detail=found)
    return {**found, "backup": str(path), "seconds": round(seconds, 2)}


def _tried(services: Services, path: Path, progress: Progress) -> dict[str, Any]:
    with room_beside(services.database) as url:
        if url is None:
            found = verify(services.settings, path, progress)
            return {**_detail(found.manifest), "records_brought_back": False}
        return _brought_back(services, path, url or None, progress)


def _brought_back(services: Services, path: Path, url: str | None, progress: Progress) -> dict[str, Any]:
    settings = services.settings
    with tempfile.TemporaryDirectory(prefix="backup-test-", dir=services.home) as folder:
        if (services.home / "models").exists():
            (Path(folder) / "models").symlink_to((services.home / "models").resolve())
        elsewhere = {
            "home": Path(folder),
            "database_url": url,
            "blob_url": None,
            "chroma_url": None,
            "seal_key_file": keys_of(settings).file,
        }
        there = settings.model_copy(update=elsewhere)
        try:
            return {**restore(there, path, progress, note=False), "records_brought_back": True}
        finally:
            shutil.rmtree(Path(folder) / "chroma", ignore_errors=True)


def _as_the_job(services: Services) -> Callable[[], AbstractContextManager[Scope]]:
    @contextmanager
    def enter() -> Iterator[Scope]:
        with services.database.writing() as session:
            yield system_scope(session, JOB, now=services.clock.now(), today=services.clock.today())

    return enter


def _detail(manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "made_at": manifest["made_at"],
        "schema": manifest["schema"],
        "rows": sum(manifest["rows"].values()),
        "blobs": len(manifest["blobs"]),
        "trail_seq": manifest["trail"]["seq"],
        "trail_head": manifest["trail"]["head"],
    }


def _said(error: Exception) -> str:
    return str(error.strerror or error) if isinstance(error, OSError) else str(error).splitlines()[0]


@contextmanager
def open_backups(services: Services, every: float = EVERY) -> Iterator[None]:
    """Make a backup whenever one is due, as long as the block lasts; without TICKMARK_BACKUP_TO none is made."""
    if services.settings.backup_to is None:
        yield
        return
    with beside("backups", lambda ended: _watch(services, ended, every)):
        yield


def _watch(services: Services, ended: threading.Event, every: float) -> None:
    while not ended.wait(every):
        try:
            if is_due(services):
                make(services, folder_of(services.settings, None), silent, by_itself=True)
        except (TickmarkError, SQLAlchemyError) as error:
            complain(f"backups: {error}")


def is_due(services: Services) -> bool:
    """Whether the newest backup in the folder that is set is older than it may be; one that failed is not tried again at once."""
    settings = services.settings
    place, now = str(folder_of(settings, None)), services.clock.real_now()
    with services.database.reading() as session:
        scope = system_scope(session, JOB, now=services.clock.now(), today=services.clock.today())
        ours = [one for one in backups.runs(scope, backups.MADE, limit=20) if one.place == place]
    good = next((one for one in ours if one.ok), None)
    if ours and not ours[0].ok and (now - ours[0].at).total_seconds() < AGAIN:
        return False
    return good is None or (now - good.at).total_seconds() >= settings.backup_every * 60
