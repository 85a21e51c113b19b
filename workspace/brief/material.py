"""What a brief is made of, as frozen values: the reader, the clients as their scans left them, signals, drafts, papers, mail, money.

Owns the shapes. gather.py reads them; nothing here opens the database or words anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from store import tables
from workspace.deliverables.model import OPEN
from workspace.raised import Raised
from workspace.scope import Scope
from workspace.signals.thresholds import Thresholds

WAITING_STAGES = ("in-review", "ready-to-file")  # at which work waits for us
OLD = 60  # days past due from which a receivable is shown
FOLLOW_UP = "pbc-follow-up"


@dataclass(frozen=True)
class Colleague:
    """Somebody of the firm. `weekly_hours` None: nobody entered them."""

    id: str
    email: str
    name: str
    role: str
    active: bool
    weekly_hours: Decimal | None


@dataclass(frozen=True)
class ClientDay:
    """A client on the day of the brief. `state` is that of the day's scan, None when nobody scanned it; `error` says why it failed.

    `read` and `blind` are of the last scan that did not fail, whose day is `read_on`: None when there never was one."""

    id: str
    ref: str
    name: str
    ai_policy: str
    state: str | None
    error: str | None
    read_on: date | None
    read: Mapping[str, Any]
    blind: Sequence[Sequence[str]]

    @property
    def is_read(self) -> bool:
        """The day's own scan read it."""
        return self.state not in (None, "failed")

    def told(self, name: str) -> list[dict[str, Any]]:
        """A list of client_reading.py."""
        found: list[dict[str, Any]] = self.read.get(name, [])
        return found

    @property
    def previous(self) -> date | None:
        """The day of the scan before the one that is shown."""
        day = self.read.get("previous")
        return date.fromisoformat(day) if day else None

    @property
    def is_touched(self) -> bool:
        """Something may have come since the scan before: its workspace changed, or nobody could read it to tell."""
        return not self.is_read or bool(self.read.get("touched"))

    @property
    def may_have_papers(self) -> bool:
        """Documents may have come; of a first scan none is told, since all of the file is new then."""
        return self.is_touched and self.previous is not None


@dataclass(frozen=True)
class Drafted:
    """A deliverable: an open one, a released follow-up, or one that stood on a card before. `since` is the firm's day on which it was
    first filed."""

    id: str
    slug: str
    client_id: str
    title: str
    occasion: str
    cls: str
    state: str
    version: int
    untied: int
    as_of: date
    since: date

    @property
    def is_open(self) -> bool:
        """A decision about it can still be made."""
        return self.state in OPEN


@dataclass(frozen=True)
class Paper:
    """A document that came. The notice's fields are None where it is none, or could not be read."""

    id: str
    client_id: str
    name: str
    day: date
    is_notice: bool
    number: str | None
    agency: str | None
    dated: date | None


@dataclass(frozen=True)
class Mail:
    """A mail that a client wrote. `thread` is the root Message-ID."""

    client_id: str
    subject: str
    day: date
    thread: str


@dataclass(frozen=True)
class Bill:
    """An invoice; `balance` is what is unpaid at the end of the day of the brief."""

    client_id: str
    issued_on: date
    due_on: date
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Received:
    """A payment on the invoice of that number."""

    client_id: str
    paid_on: date
    amount: Decimal
    number: str


@dataclass(frozen=True)
class Material:
    """All of it. `since` is the first day of what counts as changed; `before` is the reader's brief of an earlier day, as it was kept.
    `known_by`: the moment whose knowledge counts on a day gone by, None on the newest. `backup`: why the firm's newest backup is not to be
    relied on, for a reader who answers for it. `sources`: ways in for mail that are not read, as (what, why). `moved`: since when work that
    waits for us is at its stage, by the engagement's ref; who brought it from elsewhere may not know."""

    scope: Scope
    reading: str
    reader: Colleague
    zone: ZoneInfo
    settings: Thresholds
    since: date
    people: Mapping[str, Colleague]
    clients: Mapping[str, ClientDay]
    raised: tuple[Raised, ...]
    decisions: Mapping[str, tables.SignalDecision]
    drafts: tuple[Drafted, ...]
    papers: tuple[Paper, ...]
    mails: tuple[Mail, ...]
    bills: tuple[Bill, ...]
    payments: tuple[Received, ...]
    before: Mapping[str, Any] | None
    known_by: datetime | None = None
    backup: str | None = None
    sources: tuple[tuple[str, str], ...] = ()
    moved: Mapping[str, date] = field(default_factory=dict[str, date])

    @property
    def today(self) -> date:
        return self.scope.today

    @cached_property
    def approved(self) -> frozenset[str]:
        """The ids of the drafts that wait for their release."""
        return frozenset(one.id for one in self.drafts if one.state == "approved")

    def name_of(self, person_id: str | None) -> str | None:
        """Somebody's name; None for nobody."""
        person = self.people.get(person_id or "")
        return person.name if person else None

    def day_of(self, moment: datetime) -> date:
        """The firm's day of a moment."""
        return moment.astimezone(self.zone).date()
