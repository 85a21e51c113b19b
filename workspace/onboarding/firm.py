"""The set-up of a firm: what there is already, what is missing, and how long it took. Every step is read off the records, so it can be
left and taken up again at any time, by anybody with the right, here or at the terminal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Select, func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.rows import FirmRow, StaffRow
from store.tables import Client, ClientScan, Firm, Person, Service, WorkflowTemplate
from workspace.acting import record
from workspace.billing.amounts import money_in
from workspace.letters.acts import text_in
from workspace.people.roles import may_give
from workspace.records.practice import apply_firm, apply_staff
from workspace.scope import RIGHTS, Right, Scope
from workspace.sign_in import set_password

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
ROLES = tuple(one for one in RIGHTS if one != "system")
NOTHING = "The firm"


@dataclass(frozen=True)
class Step:
    """One step: what it is, whether it is done, what there is, what is missing. `needed`: the set-up is not done without it."""

    slug: str
    title: str
    done: bool
    there: str
    missing: str
    needed: bool = True


@dataclass(frozen=True)
class Setup:
    """How the set-up stands. `minutes` since it began, or until it was done; None where nobody saw it begin."""

    firm: str
    timezone: str
    fiscal_year_end: str
    steps: tuple[Step, ...]
    minutes: float | None

    @property
    def done(self) -> bool:
        return all(one.done for one in self.steps if one.needed)

    @property
    def next(self) -> str:
        """The first needed step that is not done, "" where all are."""
        return next((one.slug for one in self.steps if one.needed and not one.done), "")


def setup_of(scope: Scope) -> Setup:
    """Eight queries. Raises Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    firm = scope.session.scalars(select(Firm).limit(1)).one_or_none()
    named = firm is not None and firm.name != NOTHING
    staff = dict(scope.session.execute(_staff()).tuples().all())
    doors = _count(scope, select(func.count(Person.id)).where(Person.active, Person.password_hash.is_not(None)))
    clients = _count(scope, select(func.count(Client.id)).where(Client.id.in_(scope.clients())))
    owned = _count(
        scope,
        select(func.count(Client.id)).where(Client.id.in_(scope.clients()), Client.partner_id.is_not(None)),
    )
    prices = _count(scope, select(func.count(Service.id)).where(Service.active))
    own = _count(scope, select(func.count(WorkflowTemplate.id)))
    scanned = _count(scope, select(func.count(ClientScan.id)).where(ClientScan.client_id.in_(scope.clients())))
    steps = (
        Step("firm", "The firm", named, firm.name if firm and named else "", "" if named else "name, time zone, year"),
        _people(staff, doors),
        Step(
            "clients",
            "Clients",
            clients > 0,
            f"{clients} clients, {owned} with a partner" if clients else "",
            "load the firm’s folder, upload clients.csv, or take in the first client" if not clients else "",
        ),
        _counted("prices", "Services and prices", prices, "services", "the price list"),
        Step(
            "templates",
            "Workflow templates",
            True,
            f"the product’s templates{f', {own} of the firm’s own' if own else ''}",
            "",
            needed=False,
        ),
        _counted("scan", "First scan", scanned, "clients scanned", "run it once"),
    )
    zone, year = (firm.timezone, firm.fiscal_year_end) if firm else ("America/New_York", "12-31")
    return Setup(firm.name if firm and named else "", zone, year, steps, _minutes(firm, scope.now))


def _staff() -> Select[str, int]:
    return select(Person.role, func.count(Person.id)).where(Person.active).group_by(Person.role)


def _count(scope: Scope, query: Any) -> int:
    return int(scope.session.scalar(query) or 0)


def _counted(slug: str, title: str, many: int, what: str, missing: str) -> Step:
    return Step(slug, title, many > 0, f"{many} {what}" if many else "", "" if many else missing)


def _people(staff: Mapping[str, int], doors: int) -> Step:
    many = sum(staff.values())
    missing = []
    if not staff.get("partner"):
        missing.append("a partner, who releases")
    if not doors:
        missing.append("a password for somebody")
    there = ", ".join(f"{number} {role}" for role, number in sorted(staff.items()))
    return Step(
        "staff", "People", many > 0 and not missing, there and f"{there}; {doors} can sign in", "; ".join(missing)
    )


def set_firm(scope: Scope, name: str, timezone: str, fiscal_year_end: str) -> None:
    """Name, time zone (IANA) and end of the fiscal year (MM-DD) of the firm; its other settings stay. Raises Invalid, Forbidden."""
    scope.require(Right.PEOPLE_MANAGE)
    try:
        ZoneInfo(timezone.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(f"{timezone[:40]!r} is no time zone; write one like America/Chicago") from None
    if not _MONTH_DAY.fullmatch(fiscal_year_end.strip()):
        raise Invalid(f"{fiscal_year_end[:10]!r} is no end of a year; write month and day, as 12-31")
    firm = scope.session.scalars(select(Firm).limit(1)).one_or_none()
    settings = dict(firm.settings) if firm else {}
    settings.setdefault("setup", {"began": scope.now.isoformat()})
    row = FirmRow(
        name=text_in(name, "the firm's name", 120),
        timezone=timezone.strip(),
        fiscal_year_end=fiscal_year_end.strip(),
        settings=settings,
    )
    apply_firm(scope, row)
    record(scope, AuditTag.SETUP_STEP, "firm:firm", None, step="firm", timezone=row.timezone)


def add_person(
    scope: Scope, email: str, name: str, role: str, rate: str = "", password: str = "", breached: Path | None = None
) -> None:
    """A person of the firm, and where one is given the password to sign in with, none of `breached`. Raises Invalid, Conflict for an
    address that is there, Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    address = email.strip().lower()
    if not EMAIL.fullmatch(address) or len(address) > 200:
        raise Invalid(f"{address[:60]!r} is no e-mail address")
    if role not in ROLES:
        raise Invalid(f"{role[:20]!r} is no role; there are {', '.join(ROLES)}")
    if scope.session.scalars(select(Person.id).where(Person.email == address)).first() is not None:
        raise Conflict(f"{address} is a person of the firm already")
    may_give(scope, RIGHTS[role])
    hourly = money_in(rate, "the rate") if rate.strip() else None
    row = StaffRow(email=address, name=text_in(name, "the name", 120), role=role, standard_rate=hourly)
    apply_staff(scope, [row])
    scope.session.flush()
    if password:
        set_password(scope.session, address, password, scope.now, breached=breached)
    record(scope, AuditTag.SETUP_STEP, f"person:{address}", None, step="staff", role=role)


def note_done(scope: Scope, step: str, **detail: Any) -> None:
    """That a step was carried out elsewhere (an upload, a scan), on the trail; the last needed one stops the clock of the set-up."""
    record(scope, AuditTag.SETUP_STEP, "firm:firm", None, step=step, **detail)
    stop_clock(scope)


def stop_clock(scope: Scope) -> None:
    """Keep when the set-up was done, the first time it is."""
    firm = scope.session.scalars(select(Firm).limit(1)).one_or_none()
    kept = dict((firm.settings or {}).get("setup") or {}) if firm else {}
    if firm is not None and kept.get("began") and not kept.get("done") and setup_of(scope).done:
        firm.settings = {**firm.settings, "setup": {**kept, "done": scope.now.isoformat()}}
        scope.session.flush()


def _minutes(firm: Firm | None, now: datetime) -> float | None:
    kept = ((firm.settings or {}).get("setup") or {}) if firm else {}
    if not kept.get("began"):
        return None
    end = datetime.fromisoformat(kept["done"]) if kept.get("done") else now
    return round((end - datetime.fromisoformat(kept["began"])).total_seconds() / 60, 1)
