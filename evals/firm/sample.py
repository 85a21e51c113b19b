"""The firm while it is being made: its records, files and labels, filled step by step and written out at the end.

Plain collections with a few doors that keep records and labels together. It decides nothing about content.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from evals.firm import ledger, records
from evals.firm.gold import Decoy, DocumentGold, ExpectedFinding, Fact, Planted
from evals.firm.records import Client, Contact, Engagement, Invoice, Note, Payment, Request, Staff, Task, Time
from evals.firm.roster import Blueprint

FactPairs = Sequence[tuple[str, object] | tuple[str, object, int]]


@dataclass(frozen=True)
class Owner:
    """A person behind a client. `percent` None: no share is recorded."""

    name: str
    title: str
    percent: Decimal | None
    email: str
    phone: str


@dataclass(frozen=True)
class Profile:
    """A client with what the generator must remember of it. `account` is the last four digits of its main bank account.

    `owners` of a household are the taxpayers. `period_end` is the end of the period of this year's return, `mailto` the contact.
    """

    client: Client
    blueprint: Blueprint
    owners: tuple[Owner, ...]
    bank: str
    account: str
    owner_email: str
    period_end: date
    canary: str

    @property
    def ref(self) -> str:
        return self.client.ref

    @property
    def name(self) -> str:
        return self.client.name

    @property
    def is_household(self) -> bool:
        return self.client.entity_type == "1040"

    def has(self, key: str) -> bool:
        """Whether the blueprint asks for this situation, decoy or service."""
        return key in f"{self.blueprint.planted} {self.blueprint.decoys} {self.blueprint.services}".split()


@dataclass(frozen=True)
class Mail:
    """One message. `parent` is the Message-ID it answers, None for a thread's first; `sent` is aware, in the firm's zone."""

    client_ref: str
    message_id: str
    parent: str | None
    thread: str
    sent: datetime
    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    subject: str
    body: str
    inbound: bool
    attachments: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Sample:
    """A firm folder in the making under `root`. `light`: many clients, so cheap formats and no scans.

    `time`, `requests` and `invoices` are kept by engagement, `payments` by invoice, `work` lists a client's engagements.
    `books` are of the last year end, `prior_books` of the one before. `settled` names what a situation already wrote
    ("C014:bank"), so that the ordinary papers leave it alone.
    """

    root: Path
    as_of: date
    seed: int
    light: bool = False
    staff: list[Staff] = field(default_factory=list[Staff])
    profiles: dict[str, Profile] = field(default_factory=dict[str, Profile])
    contacts: list[Contact] = field(default_factory=list[Contact])
    engagements: dict[str, Engagement] = field(default_factory=dict[str, Engagement])
    tasks: list[Task] = field(default_factory=list[Task])
    requests: dict[str, list[Request]] = field(default_factory=dict[str, list[Request]])
    time: dict[str, list[Time]] = field(default_factory=dict[str, list[Time]])
    invoices: dict[str, list[Invoice]] = field(default_factory=dict[str, list[Invoice]])
    payments: dict[str, list[Payment]] = field(default_factory=dict[str, list[Payment]])
    notes: list[Note] = field(default_factory=list[Note])
    parties: list[records.Party] = field(default_factory=list[records.Party])
    trust: list[records.Trust] = field(default_factory=list[records.Trust])
    entered: list[records.Entered] = field(default_factory=list[records.Entered])
    mail: list[Mail] = field(default_factory=list[Mail])
    paths: set[str] = field(default_factory=set[str])
    work: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    planted: list[Planted] = field(default_factory=list[Planted])
    decoys: list[Decoy] = field(default_factory=list[Decoy])
    documents: list[DocumentGold] = field(default_factory=list[DocumentGold])
    findings: list[ExpectedFinding] = field(default_factory=list[ExpectedFinding])
    returns: dict[str, str] = field(default_factory=dict[str, str])
    books: dict[str, ledger.Books] = field(default_factory=dict[str, ledger.Books])
    prior_books: dict[str, ledger.Books] = field(default_factory=dict[str, ledger.Books])
    loans: dict[str, ledger.Loan] = field(default_factory=dict[str, ledger.Loan])
    settled: set[str] = field(default_factory=set[str])

    @property
    def tax_year(self) -> int:
        return self.as_of.year - 1

    def ago(self, days: int) -> date:
        return self.as_of - timedelta(days=days)

    def rng(self, *topic: object) -> Random:
        """A generator for one topic, so that a change in one part moves nothing in another."""
        return Random(":".join(str(part) for part in (self.seed, *topic)))

    def file(self, path: str, data: bytes) -> str:
        """Writes a file of the folder; a second one of that name gets a number, as a computer would."""
        stem, dot, ending = path.rpartition(".")
        number = 1
        while path in self.paths:
            number += 1
            path = f"{stem} ({number}){dot}{ending}"
        self.paths.add(path)
        target = self.root / path
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True)
        target.write_bytes(data)
        return path

    def document(self, path: str, data: bytes, kind: str, facts: FactPairs = (), scan: bool = False) -> str:
        """Adds a document with what its text states, and returns its path in the folder."""
        path = self.file(path, data)
        stated = tuple(Fact(f[0], str(f[1]), f[2] if len(f) > 2 else None) for f in facts)
        self.documents.append(DocumentGold(path, kind, stated, scan))
        return path

    def settle(self, ref: str, what: str) -> None:
        self.settled.add(f"{ref}:{what}")

    def is_settled(self, ref: str, what: str) -> bool:
        return f"{ref}:{what}" in self.settled

    def open(self, engagement: Engagement) -> Engagement:
        """Adds an engagement to its client's work."""
        self.engagements[engagement.ref] = engagement
        self.work.setdefault(engagement.client_ref, []).append(engagement.ref)
        return engagement

    def work_of(self, client_ref: str) -> list[Engagement]:
        """A client's engagements in the order they were opened."""
        return [self.engagements[ref] for ref in self.work.get(client_ref, [])]

    def main_work(self, client_ref: str) -> Engagement:
        """The client's return of this year, or its first engagement where we prepare none."""
        return self.engagements[self.returns.get(client_ref) or self.work[client_ref][0]]

    def change(self, engagement_ref: str, **fields: Any) -> Engagement:
        """Replaces fields of an engagement and returns it."""
        changed = replace(self.engagements[engagement_ref], **fields)
        self.engagements[engagement_ref] = changed
        return changed

    def plant(
        self,
        client_ref: str,
        slug: str,
        subject: str,
        why: str,
        *,
        due: date | None = None,
        nominal: date | None = None,
        dollars: Decimal | None = None,
        document: str | None = None,
        quote: str | None = None,
    ) -> None:
        """Records a signal that must be raised; `nominal` defaults to `due`."""
        self.planted.append(Planted(client_ref, slug, subject, due, nominal or due, dollars, document, quote, why))

    def decoy(self, client_ref: str, slug: str, why: str) -> None:
        self.decoys.append(Decoy(client_ref, slug, why))

    def person(self, email: str) -> Staff:
        return next(person for person in self.staff if person.email == email)

    def role(self, role: str) -> list[Staff]:
        return [person for person in self.staff if person.role == role]
