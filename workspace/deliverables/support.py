"""The support behind a deliverable: turns records and read facts into figures that a template may print, and keeps the proof of each.

Owns how a value is put on paper and which fact stands behind it. Only what went through here can be printed (templates/), so every
figure of a template's text is known to the tie-out. Reads a snapshot; opens no database and words no sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from workspace.deadlines import Deadline
from workspace.deadlines.with_returns import COMPANIONS
from workspace.deliverables import sources
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.due import Due, computed_due
from workspace.snapshot import Contact, Engagement, Invoice, Person, Snapshot, TimeEntry
from workspace.tie_out import Fact, canonical, derive, from_record, recognise

_MARKS = re.compile(r"([\\`*|\[\]<>#])")


class Printed(str):
    """Text that was gathered: its figures are all among the facts, and it is harmless as Markdown."""

    __slots__ = ()


class Support:
    """Gathers the facts of one deliverable. Every method that takes a value that may be missing gives None for None."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._facts: dict[Fact, None] = {}

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact so far, in the order in which they were gathered, each once."""
        return tuple(self._facts)

    def amount(self, fact: Fact) -> Printed:
        """A fact in its own wording."""
        self._facts[fact] = None
        return Printed(fact.text)

    def money(self, value: Decimal | None, evidence: Evidence | None) -> Printed | None:
        if value is None or evidence is None:
            return None
        return self.amount(from_record("amount", "money", value, evidence))

    def day(self, value: date | None, evidence: Evidence | None, name: str = "date") -> Printed | None:
        if value is None or evidence is None:
            return None
        return self.amount(from_record(name, "date", value, evidence))

    def percent(self, value: Decimal | None, evidence: Evidence) -> Printed | None:
        return None if value is None else self.amount(from_record("share", "percent", value, evidence))

    def hours(self, value: Decimal, evidence: Evidence) -> Printed:
        return self.amount(_hours(from_record("hours", "count", value, evidence)))

    def hours_of(self, entries: Sequence[TimeEntry]) -> Printed:
        """The sum of hours worked."""
        parts = [
            from_record("hours", "count", one.hours, RecordEvidence(f"time:{one.id}", "hours", str(one.hours)))
            for one in entries
        ]
        return self.amount(_hours(derive.total("hours used", parts)))

    def counted(self, name: str, rows: Sequence[Evidence]) -> Printed:
        """How many there are, each proven by its row."""
        return self.amount(derive.number_of(name, rows))

    def total(self, parts: Sequence[Fact]) -> Printed:
        """The foot of a column of money; zero without parts."""
        if len(parts) == 1:
            return self.amount(parts[0])
        return self.amount(derive.total("total", parts) if parts else _nothing(self.snapshot))

    def balance(self, bill: Invoice, today: date) -> Fact:
        """What is unpaid of a bill at the end of the day: its amount less each payment."""
        owed = from_record("amount", "money", bill.amount, bill.evidence("amount"))
        paid = [
            from_record("payment", "money", one.amount, sources.payment_evidence(one, "amount"))
            for one in bill.payments
            if one.paid_on <= today
        ]
        if not paid:
            return owed
        return derive.difference("balance", owed, paid[0] if len(paid) == 1 else derive.total("paid", paid))

    def words(self, text: str, evidence: Evidence, *, name: bool = False) -> Printed:
        """Text of a record or a page as it stands, on one line: whatever is a figure or a name in it is proven by the evidence.
        `name`: the whole text is a name or a number that names something."""
        plain = " ".join(text.split())
        if name:
            self._facts[Fact("name", "name", plain, plain, evidence)] = None
        printed = _MARKS.sub(r"\\\1", plain)
        # Also what only looks like a name: a text that a person edits is searched for those.
        for figure in recognise(printed, [plain] if name else (), guess_names=True):
            self._facts[Fact(figure.type, figure.type, figure.value, figure.text, evidence)] = None
        return Printed(printed)

    def form_with(self, what: str, engagement: Engagement) -> Printed | None:
        """The form that goes with an engagement's return, by the table (with_returns.py); None where it has none."""
        if engagement.template not in COMPANIONS[what].form_of:
            return None
        own = from_record("return", "form", engagement.template, engagement.evidence("template"))
        return self.amount(derive.form_with("form", what, own))

    def plain(self, text: str) -> Printed:
        """Words of the program itself, which hold no figure."""
        return Printed(text)

    def last_four(self, number: str, evidence: Evidence) -> Printed:
        """The end of a taxpayer's number; the rest is not printed."""
        digits = re.sub(r"\D", "", number)[-4:]
        self._facts[Fact("taxpayer number", "tax_id", f"X{digits}", digits, evidence)] = None
        return Printed(digits)

    def due_day(self, engagement: Engagement, due: Due | None) -> Printed | None:
        """An engagement's date: the field it was entered in, else the table's computation from the end of the period."""
        if due is None:
            return None
        for field in ("extended_to", "due"):
            if getattr(engagement, field) == due.due:
                return self.day(due.due, engagement.evidence(field), "due")
        deadline = computed_due(self.snapshot, engagement, extended=engagement.extended_to is not None)
        if deadline is None or engagement.period_end is None or deadline.due != due.due:
            return None
        ended = from_record("period end", "date", engagement.period_end, engagement.evidence("period_end"))
        return self.computed_day(deadline, [ended])

    def computed_day(self, deadline: Deadline, starts: Sequence[Fact]) -> Printed:
        """A date that the table of deadlines computed from `starts`."""
        return self.amount(derive.due("due", deadline, starts))

    def reply_by(self, today: date, before: date | None = None, latest: date | None = None) -> Printed:
        """The day by which we ask for an answer, `latest` at the latest: a proposal of the draft, for the reviewer to confirm or change."""
        asked = sources.reply_day(today, before)
        if latest is not None and latest > today:
            asked = min(asked, latest)
        proof = RecordEvidence("proposal", "reply by", asked.isoformat())
        return self.amount(from_record("reply_by", "date", asked, proof))

    def client(self) -> Printed:
        return self.words(self.snapshot.client.name, self.snapshot.client.evidence("name"), name=True)

    def greeting(self, contact: Contact | None) -> dict[str, Printed | None]:
        """Who is addressed and how, who signs: `greeting`, `addressee`, `client`, `signer`."""
        client, by = self.client(), sources.signer(self.snapshot)
        named = self.words(contact.name, sources.contact_evidence(contact), name=True) if contact else None
        return {
            "client": client,
            "addressee": named,
            "greeting": self._greeted(contact) if contact else client,
            "signer": self._signed(by),
        }

    def _greeted(self, contact: Contact) -> Printed:
        return self.words(sources.first_name(contact.name), sources.contact_evidence(contact), name=True)

    def _signed(self, by: Person | None) -> Printed:
        if by is None:
            return self.plain("For the firm")
        name = self.words(by.name, sources.person_evidence(by), name=True)
        return Printed(f"{name}, {by.role.title()}") if by.role in ("partner", "manager") else name

    def is_client(self, contact: Contact | None) -> bool:
        """Whether the client is the person written to, or the couple of which they are one."""
        words = set(re.findall(r"\w+", self.snapshot.client.name.casefold()))
        return contact is not None and set(re.findall(r"\w+", contact.name.casefold())) <= words

    def letter_to(self, contact: Contact | None) -> dict[str, Printed | None]:
        """As `greeting`, and the lines of an address: `address`, `place`, no `addressee` where the client is the person. A couple is
        greeted by both their names."""
        client, known = self.snapshot.client, self.greeting(contact)
        street = self.words(client.address, client.evidence("address"), name=True) if client.address else None
        known |= {"address": street, "place": self._place()}
        if self.is_client(contact):
            couple = sources.couple(client.name)
            both = self.words(couple, client.evidence("name"), name=True) if couple else known["greeting"]
            known |= {"addressee": None, "greeting": both}
        return known

    def _place(self) -> Printed | None:
        """City, state and postcode, as a last line of an address has them; a state alone is none."""
        client = self.snapshot.client
        if not client.city and not client.zip:
            return None
        town = ", ".join(part for part in (client.city, client.state) if part)
        proof = RecordEvidence(f"client:{client.ref}", "city and state", town)
        parts = [self.words(town, proof, name=True)] if town else []
        if client.zip:
            parts.append(self.words(client.zip, client.evidence("zip")))
        between = " " if client.state else ", "
        return Printed(between.join(parts)) if parts else None

    def last_payment(self, today: date) -> dict[str, Printed | None]:
        """`last_paid`, `last_paid_on`, `last_paid_number`; None each when nothing was ever paid."""
        found = sources.last_payment(self.snapshot, today)
        if found is None:
            return {"last_paid": None, "last_paid_on": None, "last_paid_number": None}
        bill, payment = found
        return {
            "last_paid": self.money(payment.amount, sources.payment_evidence(payment, "amount")),
            "last_paid_on": self.day(payment.paid_on, sources.payment_evidence(payment, "paid_on")),
            "last_paid_number": self.words(bill.number, bill.evidence("number"), name=True),
        }

    def unseen_of_contact(self, contact: Contact | None) -> tuple[str, ...]:
        if contact is None:
            return ("Whom to write to: no contact is on record",)
        return () if contact.email else (f"An e-mail address of {contact.name}",)


def with_reply_by(
    facts: Sequence[Fact], variables: Mapping[str, object], fact: Fact
) -> tuple[tuple[Fact, ...], dict[str, object]]:
    """The facts and variables with another day to answer by than the one that was proposed."""
    kept = tuple(one for one in facts if one.name != "reply_by")
    return (*kept, fact), {**variables, "reply_by": Printed(fact.text)}


def _hours(fact: Fact) -> Fact:
    """A count worded as hours, without useless zeros."""
    plain = canonical("count", fact.value)
    return replace(fact, text=f"{plain} hour{'' if plain == '1' else 's'}")


def _nothing(snapshot: Snapshot) -> Fact:
    """No money at all: the sum over no invoice."""
    return from_record(
        "total", "money", Decimal("0.00"), RecordEvidence(f"client:{snapshot.client.ref}", "unpaid invoices", "0.00")
    )
