"""The rows of a firm folder. The fields of each class are the columns of its CSV file, in the contract's order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Staff:
    email: str
    name: str
    role: str
    standard_rate: Decimal
    cost_rate: Decimal
    weekly_hours: Decimal


@dataclass(frozen=True)
class Client:
    ref: str
    name: str
    entity_type: str
    status: str
    group: str
    partner: str
    manager: str
    tax_id: str
    state: str
    fiscal_year_end: str
    industry: str
    since: date
    annual_fee: Decimal
    ai_policy: str
    address: str
    city: str
    zip: str


@dataclass(frozen=True)
class Contact:
    client_ref: str
    name: str
    email: str
    phone: str
    title: str
    is_primary: bool
    ownership_pct: Decimal | None


@dataclass(frozen=True)
class Engagement:
    ref: str
    client_ref: str
    template: str
    title: str
    period_start: date
    period_end: date
    due: date | None
    stage: str
    progress: int
    fee_type: str
    fee: Decimal
    budget_hours: Decimal
    owner: str
    letter_sent_on: date | None = None
    letter_signed_on: date | None = None
    started_on: date | None = None
    finished_on: date | None = None
    filed_on: date | None = None
    extended_to: date | None = None


@dataclass(frozen=True)
class Task:
    engagement_ref: str
    title: str
    owner: str
    due: date | None
    status: str
    estimate_hours: Decimal
    done_on: date | None


@dataclass(frozen=True)
class Request:
    engagement_ref: str
    item: str
    requested_on: date
    due: date
    received_on: date | None


@dataclass(frozen=True)
class Time:
    date: date
    staff: str
    client_ref: str
    engagement_ref: str
    hours: Decimal
    service: str
    billable: bool
    rate: Decimal
    note: str


@dataclass(frozen=True)
class Invoice:
    number: str
    client_ref: str
    engagement_ref: str
    issued_on: date
    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class Payment:
    invoice_number: str
    paid_on: date
    amount: Decimal


@dataclass(frozen=True)
class Note:
    client_ref: str
    date: date
    author: str
    text: str


@dataclass(frozen=True)
class Party:
    engagement_ref: str
    name: str
    role: str
    aliases: str = ""


@dataclass(frozen=True)
class Trust:
    client_ref: str
    engagement_ref: str
    on: date | None
    amount: Decimal | None
    memo: str = ""
    minimum: Decimal | None = None
    reconciled_on: date | None = None


@dataclass(frozen=True)
class Entered:
    client_ref: str
    engagement_ref: str
    title: str
    due: date | None
    authority: str
    entered_by: str
    confirmed_by: str = ""
    rule: str = ""
    counted_from: date | None = None
    served_by_mail: bool = False
    court_state: str = ""
