"""`tickmark firm create` and `list`: a new firm with everything of its own, and which there are.

Each step meets what it did before, and the line in the control file comes last: a creation that was ended anywhere is run again. Changes
nothing of another firm.
"""

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.commands.result import Result
from api.commands.scopes import writing
from api.firms.control import NAME, Control, FirmEntry, read_control, settings_of, settings_of_all
from api.settings import Settings
from api.wiring import Services, build
from store.errors import Broken, Conflict, Invalid
from store.rows import FirmRow
from store.tables import Firm, Person
from workspace.people import staff
from workspace.records.practice import apply_firm
from workspace.sign_in import managing


@dataclass(frozen=True)
class Asked:
    """What a new firm is to be."""

    name: str
    hosts: tuple[str, ...]
    partner: str
    partner_name: str
    firm_name: str
    timezone: str = "America/New_York"


def create(file: Path, asked: Asked) -> Result:
    """Make it; the result holds the first partner's invitation, told once. Raises Conflict for one that is there, Invalid for what cannot
    be."""
    control = read_control(file) if file.exists() else Control()
    if asked.name in control.firms:
        raise Conflict(f"{file} has a firm {asked.name} already")
    if not NAME.fullmatch(asked.name):
        raise Invalid(f"{asked.name!r} is no name for a firm: small letters, digits and -, two to 31 of them")
    try:
        ZoneInfo(asked.timezone)
    except (KeyError, ValueError, OSError):
        raise Invalid(f"{asked.timezone!r} is no time zone; America/New_York is one") from None
    entry = FirmEntry(hosts=list(asked.hosts))
    planned = control.model_copy(update={"firms": {**control.firms, asked.name: entry}})
    text_after = _with_entry(file, asked)
    _refuse_what_is_shared(file, text_after)
    settings = settings_of(file, planned, asked.name)
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o700)
    _make_database(control.host.admin, settings)
    with build(settings, own_index=True, purpose="firm create") as services:
        key = services.seal.newest().id
        services.blobs.look()
        link = _begin(services, asked)
    _write(file, text_after)
    data = {"firm": asked.name, "home": str(settings.home), "hosts": list(asked.hosts), "key": key, "link": link}
    said = (
        f"{asked.firm_name} is there: {settings.home}, its own records, files, index and key {key} (keep a copy elsewhere).\n"
        f"{link}\n\nSend it to {asked.partner} and to nobody else; it is not shown again. `tickmark serve --firms {file}` serves it."
    )
    return Result(data, said)


def listing(file: Path) -> Result:
    """The firms of a control file: name, host names, home, and what kind of database."""
    control = read_control(file)
    rows = [
        {"firm": name, "hosts": one.hosts, "home": str(one.home), "database": one.database.split(":", 1)[0]}
        for name, one in settings_of_all(file, control).items()
    ]
    lines = [f"{row['firm']:<20} {', '.join(row['hosts']):<40} {row['home']}" for row in rows]
    return Result(rows, "\n".join(lines) or "There is no firm yet; `tickmark firm create` makes one.")


def _begin(services: Services, asked: Asked) -> str:
    """The firm's record, its first partner, and the link with which she comes in."""
    with writing(services, "firm-create") as scope:
        if scope.session.scalars(select(Firm.id)).first() is None:
            apply_firm(scope, FirmRow(name=asked.firm_name, timezone=asked.timezone))
        if (
            scope.session.scalars(select(Person.id).where(Person.email == asked.partner.strip().lower())).first()
            is None
        ):
            staff.add(scope, asked.partner, asked.partner_name, "partner")
        secret = managing.invite(replace(scope, now=services.clock.real_now()), asked.partner)
    return f"{services.settings.public_url}/sign-in/link/{secret}"


def _make_database(admin: str | None, settings: Settings) -> None:
    """Make the firm's database on the server, unless an earlier try made it. One that holds something and is not that try's is refused."""
    if admin is None or settings.database_url is None:
        return
    name = make_url(settings.database_url).database or ""
    engine = create_engine(admin, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            there = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name})
            if not there:
                connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
                return
    except SQLAlchemyError as error:
        raise Broken(f"the database {name} cannot be made: {str(error).splitlines()[0]}") from None
    finally:
        engine.dispose()
    if not (settings.home / "seal.key").exists():
        found = create_engine(settings.database_url, hide_parameters=True)
        try:
            if inspect(found).get_table_names():
                raise Conflict(f"there is a database {name} already, and its key is not in {settings.home}")
        finally:
            found.dispose()


def _with_entry(file: Path, asked: Asked) -> str:
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    hosts = ", ".join(f'"{host}"' for host in asked.hosts)
    return f"{before.rstrip()}\n\n[firms.{asked.name}]\nhosts = [{hosts}]\n".lstrip()


def _refuse_what_is_shared(file: Path, content: str) -> None:
    """The file as it will be, read before anything is made."""
    trial = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    _write(trial, content)
    try:
        read_control(trial)
    except Invalid as refused:
        raise Invalid(str(refused).replace(str(trial), str(file))) from None
    finally:
        trial.unlink()


def _write(file: Path, content: str) -> None:
    """Whole or not at all, for its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(content)
    part.replace(file)
