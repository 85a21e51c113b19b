"""The values of a snapshot: one client's records, mail and what was read from its documents, frozen.

Ids are those of the rows. Never opens the database; a field that is None was never entered, or could not be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from workspace.evidence import DocumentEvidence, RecordEvidence
from workspace.snapshot.figures import Figure
from workspace.snapshot.known import Known
from workspace.snapshot.matters import FirmPart, Party, TrustLedger

RETURNS = ("1040", "1065", "1120", "1120-S", "1041", "990")
FINISHED = ("filed", "done")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Person:
    """Somebody of the firm. `weekly_hours` are the hours a week they can work; `standard_rate` is dollars an hour."""

    id: str
    email: str
    name: str
    role: str
    weekly_hours: Decimal | None = None
    standard_rate: Decimal | None = None


@dataclass(frozen=True)
class Client:
    """The billed entity, as the record has it. `group` is the name of the clients it belongs together with.

    `formed_on` is the day the entity was formed and `county` where it is, where the firm keeps them in custom columns."""

    id: str
    ref: str
    name: str
    entity_type: str = "other"
    tax_id: str | None = None
    state: str | None = None
    fiscal_year_end: str = "12-31"
    partner_id: str | None = None
    manager_id: str | None = None
    annual_fee: Decimal | None = None
    ai_policy: str = "allowed"
    status: str = "active"
    since: date | None = None
    industry: str | None = None
    address: str | None = None
    city: str | None = None
    zip: str | None = None
    group: str | None = None
    revision: int = 0
    formed_on: date | None = None
    county: str | None = None

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field."""
        return RecordEvidence(f"client:{self.ref}", name, in_plain(getattr(self, name)))


@dataclass(frozen=True)
class Contact:
    """A person on the client's side. `ownership_pct` is percent, 0 to 100."""

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    title: str | None = None
    is_primary: bool = False
    ownership_pct: Decimal | None = None


@dataclass(frozen=True)
class Engagement:
    """Agreed work. `due` is the date entered by the firm; the computed one comes from `signals.due.due_of`."""

    id: str
    ref: str
    template: str
    title: str
    stage: str = "not-started"
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    extended_to: date | None = None
    progress: int | None = None
    fee_type: str | None = None
    fee: Decimal | None = None
    budget_hours: Decimal | None = None
    owner_id: str | None = None
    started_on: date | None = None
    finished_on: date | None = None
    filed_on: date | None = None
    letter_sent_on: date | None = None
    letter_signed_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Neither filed nor done."""
        return self.stage not in FINISHED

    @property
    def is_return(self) -> bool:
        """An income tax or information return with a due date in the table."""
        return self.template in RETURNS

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field: record "engagement:REF"; an empty field has the value ""."""
        return RecordEvidence(f"engagement:{self.ref}", name, in_plain(getattr(self, name)))


@dataclass(frozen=True)
class Task:
    """One step of an engagement. `estimate_hours` is what is planned for it."""

    id: str
    engagement_id: str | None
    title: str
    owner_id: str | None = None
    due: date | None = None
    status: str = "open"
    estimate_hours: Decimal | None = None
    done_on: date | None = None

    @property
    def is_open(self) -> bool:
        return self.done_on is None and self.status not in ("done", "cancelled")

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field."""
        return RecordEvidence(f"task:{self.id}", name, in_plain(getattr(self, name)))


@dataclass(frozen=True)
class RequestItem:
    """Something the client was asked for. `received_on` None: it is still open.

    `wants` is what answers it as stored (workspace/requests/wants.py), `have` the months that came. `scheduled`: its list is reminded of by
    its own schedule, and `reminded`: it has a round left and is not paused. `proposed`: a document lies there that may answer it, to be
    looked at. `list_id` and `list_name` are its list's."""

    id: str
    engagement_id: str | None
    item: str
    requested_on: date | None = None
    due: date | None = None
    received_on: date | None = None
    wants: dict[str, Any] | None = None
    have: str | None = None
    scheduled: bool = False
    proposed: bool = False
    reminded: bool = False
    list_id: str = ""
    list_name: str = ""

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field."""
        return RecordEvidence(f"request:{self.id}", name, in_plain(getattr(self, name)))


@dataclass(frozen=True)
class TimeEntry:
    """Time worked; `rate` is dollars an hour, the person's standard rate where the entry has none."""

    id: str
    date: date
    person_id: str
    hours: Decimal
    engagement_id: str | None = None
    billable: bool = True
    rate: Decimal | None = None
    service: str | None = None
    note: str | None = None
    invoice_id: str | None = None

    @property
    def value(self) -> Decimal:
        """Dollars at standard; 0 where no rate is known."""
        return (self.hours * (self.rate or ZERO)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Payment:
    """Money received on an invoice."""

    id: str
    paid_on: date
    amount: Decimal


@dataclass(frozen=True)
class Invoice:
    """A bill with what was paid on it."""

    id: str
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    engagement_id: str | None = None
    kind: str = "invoice"
    payments: tuple[Payment, ...] = ()

    def balance(self, today: date) -> Decimal:
        """What is unpaid at the end of `today`, dollars."""
        return self.amount - sum((p.amount for p in self.payments if p.paid_on <= today), ZERO)

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field."""
        return RecordEvidence(f"invoice:{self.number}", name, in_plain(getattr(self, name)))


@dataclass(frozen=True)
class ReadPromise:
    """A promise that only a model read, `reader` with its prompt: characters `start` to `end` of the text were `quote`. `owes` is us or
    client."""

    owes: str
    what: str
    due: date
    start: int
    end: int
    quote: str
    reader: str


@dataclass(frozen=True)
class Message:
    """A mail. `direction` is in (from the client) or out (from the firm); `to` are the addresses of the To line, lower case.

    `thread` is the Message-ID of the thread's first mail. `sent_at` None: the mail has no readable date."""

    id: str
    message_id: str
    thread: str
    direction: str
    sender: str
    to: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    body: str
    document_id: str | None = None
    promises: tuple[ReadPromise, ...] = ()


@dataclass(frozen=True)
class Note:
    """What somebody of the firm wrote down about the client."""

    id: str
    date: date
    author_id: str | None
    text: str
    promises: tuple[ReadPromise, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A typed value read from a page, with the words it was read from. `value` is canonical text: ISO date, decimal dollars.

    `row` groups the facts of one line of a list. `confidence` is 0 to 1; `confirmed`: a person looked and agreed. `corrected_by` is the
    name of the person who entered it, "" for what a reader read."""

    name: str
    type: str
    value: str
    document_id: str
    version_id: str
    page: int
    start: int
    end: int
    quote: str
    row: int | None = None
    confidence: float = 1.0
    confirmed: bool = False
    corrected_by: str = ""

    @property
    def evidence(self) -> DocumentEvidence:
        span = (self.page, self.start, self.end, self.quote)
        return DocumentEvidence(self.document_id, self.version_id, *span, self.corrected_by)

    @property
    def day(self) -> date | None:
        """The value as a date; None when it is none."""
        try:
            return date.fromisoformat(self.value)
        except ValueError:
            return None

    @property
    def number(self) -> Decimal | None:
        """The value as a number; None when it is none."""
        try:
            return Decimal(self.value)
        except InvalidOperation:
            return None


@dataclass(frozen=True)
class Notice:
    """What the record says of a notice that was read from a document. `confirmed`: a person checked the dates."""

    id: str
    agency: str | None = None
    number: str | None = None
    notice_date: date | None = None
    respond_by: date | None = None
    state: str = "open"
    answered_on: date | None = None
    confirmed: bool = False


@dataclass(frozen=True)
class Document:
    """A file of the client with the facts of its current version.

    `text` is the pages' text for the kinds whose words detectors need (notice, engagement-letter, mail-receipt), page by page,
    and empty for all others. `notice` is the notice's record, where the document is one."""

    id: str
    path: str
    name: str
    kind: str | None
    version_id: str | None = None
    source: str = "load"
    state: str = "read"
    received_at: datetime | None = None
    opened_at: datetime | None = None
    duplicate_of: str | None = None
    facts: tuple[Fact, ...] = ()
    text: tuple[str, ...] = ()
    notice: Notice | None = None

    def fact(self, name: str) -> Fact | None:
        """The document's own fact of that name: outside of any list, the surest first."""
        found = [fact for fact in self.facts if fact.name == name and fact.row is None]
        return max(found, key=lambda fact: (fact.confirmed, fact.confidence), default=None)

    def day(self, name: str) -> date | None:
        fact = self.fact(name)
        return fact.day if fact else None

    def number(self, name: str) -> Decimal | None:
        fact = self.fact(name)
        return fact.number if fact else None

    def value(self, name: str) -> str | None:
        fact = self.fact(name)
        return fact.value if fact else None

    def rows(self) -> Iterator[dict[str, Fact]]:
        """The facts of each line of the document's list, by name, in the order of the lines."""
        lines: dict[int, dict[str, Fact]] = {}
        for fact in self.facts:
            if fact.row is not None:
                lines.setdefault(fact.row, {})[fact.name] = fact
        for row in sorted(lines):
            yield lines[row]


@dataclass(frozen=True)
class EnteredDeadline:
    """A date that a person entered; `confirmed`: a second one agreed. `rule` is the table's by which it was counted from the event on
    `counted_from`, None where no rule of ours computes it."""

    id: str
    title: str
    due: date
    authority: str
    engagement_id: str | None = None
    confirmed: bool = False
    rule: str | None = None
    counted_from: date | None = None
    by_mail: bool = False
    court_state: str | None = None

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field."""
        return RecordEvidence(f"deadline:{self.id}", name, in_plain(getattr(self, name)))


@dataclass(frozen=True)
class Postponement:
    """A disaster postponement (IRC §7508A) of the client's state; `county` None reaches the whole state."""

    irs_notice: str
    first_day: date
    last_day: date
    until: date
    county: str | None = None


@dataclass(frozen=True)
class Finding:
    """What intake could not read or doubted. `severity`: info, warning, error."""

    source: str
    message: str
    severity: str
    document_id: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """One client at one moment. Every tuple is in a fixed order, so equal rows give equal snapshots.

    `people` are all of the firm by id. `settings` are the firm's overrides by signal slug with this client's own on top; `timezone` is an
    IANA name. `books` are the figures of books that no fact states (other periods of a statement, trial balances that roll). `firm` is
    what the whole firm's records say of this client; only the scan has it."""

    client: Client
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    contacts: tuple[Contact, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    tasks: tuple[Task, ...] = ()
    requests: tuple[RequestItem, ...] = ()
    time: tuple[TimeEntry, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    messages: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()
    documents: tuple[Document, ...] = ()
    entered: tuple[EnteredDeadline, ...] = ()
    parties: tuple[Party, ...] = ()
    trust: tuple[TrustLedger, ...] = ()
    postponements: tuple[Postponement, ...] = ()
    findings: tuple[Finding, ...] = ()
    knowledge: tuple[Known, ...] = ()
    books: tuple[Figure, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    timezone: str = "America/New_York"
    firm: FirmPart | None = None

    def engagement(self, engagement_id: str | None) -> Engagement | None:
        """The engagement of that id."""
        return next((one for one in self.engagements if one.id == engagement_id), None)

    def engagement_of_ref(self, ref: str | None) -> Engagement | None:
        """The engagement of that ref."""
        return next((one for one in self.engagements if one.ref == ref), None)

    def time_on(self, engagement: Engagement, today: date) -> tuple[TimeEntry, ...]:
        """The engagement's time through `today`, oldest first."""
        return tuple(entry for entry in self.time if entry.engagement_id == engagement.id and entry.date <= today)

    def requests_of(self, engagement: Engagement) -> tuple[RequestItem, ...]:
        return tuple(item for item in self.requests if item.engagement_id == engagement.id)

    @property
    def requests_alone(self) -> tuple[RequestItem, ...]:
        """What stands on lists that are about no engagement."""
        return tuple(item for item in self.requests if item.engagement_id is None)

    def of_kind(self, *kinds: str) -> tuple[Document, ...]:
        """The documents of these kinds; copies of the same bytes are left out."""
        return tuple(one for one in self.documents if one.kind in kinds and one.duplicate_of is None)

    def known(self, today: date) -> tuple[Known, ...]:
        """What people know of the client and counts on a day."""
        return tuple(one for one in self.knowledge if one.holds(today))

    def local_day(self, moment: datetime) -> date:
        """The day of a moment in the firm's zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()


def in_plain(value: object) -> str:
    """A field's value as evidence shows it: ISO dates, plain decimals, "" for None."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
