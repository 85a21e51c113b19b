"""The rows of a firm as another system or a firm folder hands them over: the one vocabulary between readers and records.

`ingestion` makes these values, `workspace/records` puts them into the tables; neither knows the other. Field names are the columns of the
contract. Values are typed and checked one by one; that a client or an engagement exists is for the records to say.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

MONTH_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
ENTITY_TYPES = ("1040", "1065", "1120", "1120-S", "1041", "990", "law", "other")
TEMPLATES = (
    *("1040", "1065", "1120", "1120-S", "1041", "990", "monthly-close", "payroll", "sales-tax", "bookkeeping"),
    *("advisory", "audit", "review", "compilation", "onboarding", "matter"),
)
PARTY_ROLES = ("client", "co-client", "opponent", "witness", "counsel", "opposing-counsel", "court", "insurer", "other")
STAGES = ("not-started", "waiting-on-client", "in-progress", "in-review", "ready-to-file", "filed", "done")


@dataclass(frozen=True)
class Form:
    """How a column is written: allowed words, a pattern of the whole value, decimal places, the smallest and largest number."""

    words: tuple[str, ...] = ()
    pattern: str = ""
    places: int = 2
    low: int | None = None
    high: int | None = None


Dollars = Annotated[Decimal, Form(places=2)]
HoursWorked = Annotated[Decimal, Form(places=2, low=-10_000, high=10_000)]
Share = Annotated[Decimal, Form(places=4, low=0, high=100)]
Email = Annotated[str, Form(pattern=r"[^@\s]+@[^@\s]+")]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row and where it stood. `nth` counts from 0 the rows of a file that agree in their natural key, which holds no more than
    what a person would call "the same entry"; `custom` keeps columns that the contract does not name."""

    line: int = 0
    nth: int = 0
    custom: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class FirmRow(Row):
    name: str
    timezone: str = "America/New_York"
    fiscal_year_end: str = "12-31"
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class StaffRow(Row):
    email: Email
    name: str
    role: Annotated[str, Form(words=("partner", "manager", "senior", "staff", "admin"))]
    standard_rate: Dollars | None = None
    cost_rate: Dollars | None = None
    weekly_hours: HoursWorked | None = None
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ClientRow(Row):
    ref: str
    name: str
    entity_type: Annotated[str, Form(words=ENTITY_TYPES)]
    status: Annotated[str, Form(pattern=r".{1,20}")] = "active"
    group: str | None = None
    partner: Email | None = None
    manager: Email | None = None
    tax_id: str | None = None
    state: Annotated[str, Form(pattern=r"[A-Za-z]{2}")] | None = None
    fiscal_year_end: Annotated[str, Form(pattern=MONTH_DAY)] = "12-31"
    industry: str | None = None
    since: date | None = None
    annual_fee: Dollars | None = None
    ai_policy: Annotated[str, Form(words=("allowed", "local-only", "none"))] = "allowed"
    address: str | None = None
    city: str | None = None
    zip: str | None = None


@dataclass(frozen=True, kw_only=True)
class ContactRow(Row):
    client_ref: str
    name: str
    email: Email | None = None
    phone: str | None = None
    title: str | None = None
    is_primary: bool = False
    ownership_pct: Share | None = None


@dataclass(frozen=True, kw_only=True)
class EngagementRow(Row):
    ref: str
    client_ref: str
    template: Annotated[str, Form(words=TEMPLATES)]
    title: str
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    stage: Annotated[str, Form(words=STAGES)] = "not-started"
    progress: Annotated[int, Form(low=0, high=100)] | None = None
    fee_type: Annotated[str, Form(words=("fixed", "hourly"))] | None = None
    fee: Dollars | None = None
    budget_hours: HoursWorked | None = None
    owner: Email | None = None
    letter_sent_on: date | None = None
    letter_signed_on: date | None = None
    started_on: date | None = None
    finished_on: date | None = None
    filed_on: date | None = None
    extended_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class TaskRow(Row):
    engagement_ref: str
    title: str
    owner: Email | None = None
    due: date | None = None
    status: Annotated[str, Form(pattern=r".{1,20}")] = "open"
    estimate_hours: HoursWorked | None = None
    done_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RequestRow(Row):
    engagement_ref: str | None = None
    item: str
    requested_on: date | None = None
    due: date | None = None
    received_on: date | None = None
    list: str | None = None
    client_ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class TimeRow(Row):
    date: date
    staff: Email
    client_ref: str
    engagement_ref: str | None = None
    hours: HoursWorked
    service: str | None = None
    billable: bool = True
    rate: Dollars | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceRow(Row):
    number: str
    client_ref: str
    engagement_ref: str | None = None
    issued_on: date
    due_on: date
    amount: Dollars


@dataclass(frozen=True, kw_only=True)
class PaymentRow(Row):
    invoice_number: str
    paid_on: date
    amount: Dollars


@dataclass(frozen=True, kw_only=True)
class NoteRow(Row):
    client_ref: str
    date: date
    author: Email | None = None
    text: str


@dataclass(frozen=True, kw_only=True)
class CorrectionRow(Row):
    """What a person said about a fact of the document at `path`: `action` value, absent or kind; `fact_row` is the line of a list,
    `was` what had been read, `at` an ISO moment with its offset."""

    client_ref: str
    path: str
    action: Annotated[str, Form(words=("value", "absent", "kind"))]
    fact: str
    fact_row: int | None = None
    type: str = "text"
    value: str | None = None
    was: str | None = None
    page: int | None = None
    quote: str | None = None
    note: str | None = None
    by: Email
    at: str


@dataclass(frozen=True, kw_only=True)
class PartyRow(Row):
    """Somebody on a matter; `aliases` are other names of the same one, with semicolons between them."""

    engagement_ref: str
    name: str
    role: Annotated[str, Form(words=PARTY_ROLES)]
    aliases: str | None = None


@dataclass(frozen=True, kw_only=True)
class TrustRow(Row):
    """A movement of trust money, a receipt positive, and what is known of its ledger; without `on` and `amount` of the ledger alone."""

    client_ref: str
    engagement_ref: str | None = None
    on: date | None = None
    amount: Dollars | None = None
    memo: str | None = None
    minimum: Dollars | None = None
    reconciled_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class EnteredDeadlineRow(Row):
    """A date that a person entered. With `rule` and `counted_from` it is counted by the deadline table, and `due` may be left out."""

    client_ref: str
    engagement_ref: str | None = None
    title: str
    due: date | None = None
    authority: str | None = None
    entered_by: Email | None = None
    confirmed_by: Email | None = None
    rule: Annotated[str, Form(pattern=r"[a-z0-9-]{1,40}")] | None = None
    counted_from: date | None = None
    served_by_mail: bool = False
    court_state: Annotated[str, Form(pattern=r"[A-Za-z]{2}")] | None = None


@dataclass(frozen=True)
class Rejected:
    """A row or file that was not taken: the file's name in the folder, its line (1 is the header, 0 the file as a whole), why and
    what to do, and the cells as they stood."""

    file: str
    line: int
    reason: str
    row: dict[str, Any] = field(default_factory=dict[str, Any])
