"""Snapshots in a line or two, for the tables of cases. Whatever is raised has its arithmetic computed again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from workspace.evidence import DerivedEvidence
from workspace.signals import BlindSpot, Signal, Thresholds, detect, resolve
from workspace.snapshot import (
    Client,
    Document,
    Engagement,
    Fact,
    Invoice,
    Message,
    Payment,
    Person,
    RequestItem,
    Snapshot,
    TimeEntry,
)
from workspace.tie_out.derive import check

TODAY = date(2026, 3, 9)  # a Monday
PARTNER = Person("p", "pat@firm.example", "Pat", "partner", Decimal(40), Decimal(300))
STAFF = Person("s", "sam@firm.example", "Sam", "staff", Decimal(40), Decimal(150))
CLIENT = Client("cl", "C1", "Lindqvist Cabinetry, Inc.", "1120-S", "00-1234567", "PA", partner_id="p")
DEFAULT = resolve()


def snapshot(**parts: Any) -> Snapshot:
    """The client C1 of partner Pat with the given parts."""
    return Snapshot(**({"client": CLIENT, "people": {"p": PARTNER, "s": STAFF}} | parts))


def engagement(ref: str = "E1", template: str = "1120-S", **fields: Any) -> Engagement:
    """This year's return, in progress, owned by Sam."""
    known: dict[str, Any] = {
        "title": f"2025 Form {template}",
        "stage": "in-progress",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
        "owner_id": "s",
        "fee": Decimal(4000),
        "fee_type": "fixed",
        "budget_hours": Decimal(20),
    }
    return Engagement(id=f"id-{ref}", ref=ref, template=template, **(known | fields))


def worked(day: date, hours: str, on: str | None = "E1", billable: bool = True, rate: str = "100") -> TimeEntry:
    """Sam's time."""
    owner = f"id-{on}" if on else None
    return TimeEntry(f"t{day}{hours}{on}", day, "s", Decimal(hours), owner, billable, Decimal(rate))


def item(name: str, due: date | None, on: str = "E1", received: date | None = None) -> RequestItem:
    asked = None if due is None else due - timedelta(days=14)
    return RequestItem(f"i-{name}", f"id-{on}", name, asked, due, received)


def bill(number: str, due: date, amount: str, paid: str = "", on: str | None = None) -> Invoice:
    payments = (Payment(f"pay-{number}", due, Decimal(paid)),) if paid else ()
    issued = due - timedelta(days=30)
    return Invoice(number, number, issued, due, Decimal(amount), f"id-{on}" if on else None, "invoice", payments)


def mail(
    name: str, direction: str, at: date, body: str, thread: str = "", to: str = "sam@firm.example", hour: int = 15
) -> Message:
    """A mail at 15:00 UTC, mid-morning in New York."""
    moment = datetime(at.year, at.month, at.day, hour, tzinfo=UTC)
    sender = "owner@client.example" if direction == "in" else "sam@firm.example"
    return Message(name, name, thread or name, direction, sender, (to,), "Question", moment, body)


def document(path: str, kind: str, text: str = "", rows: list[dict[str, str]] | None = None, **facts: str) -> Document:
    """A document whose one page has `text` and then a line for each fact; every quote stands in it."""
    page = text
    found: list[Fact] = []
    for row, line in [(None, facts), *((number, line) for number, line in enumerate(rows or []))]:
        for name, value in line.items():
            page += f"\n{name}: "
            found.append(
                Fact(name, "text", value, path, f"v-{path}", 1, len(page), len(page) + len(value), value, row, 0.9)
            )
            page += value
    return Document(path, path, path.rsplit("/", 1)[-1], kind, f"v-{path}", facts=tuple(found), text=(page,))


def notice(
    number: str, dated: str = "2026-02-17", path: str = "Notices/n.pdf", text: str = "", **facts: str
) -> Document:
    """A notice of the IRS."""
    known = {"agency": "IRS", "notice_number": number, "notice_date": dated, "amount_due": "1000.00"}
    return document(path, "notice", text, **{k: v for k, v in (known | facts).items() if v})


def accounts(*lines: tuple[str, str, str]) -> list[dict[str, str]]:
    """Rows of a trial balance: (account, debit, credit), "" for none."""
    return [
        {k: v for k, v in (("account", name), ("debit", debit), ("credit", credit)) if v}
        for name, debit, credit in lines
    ]


def raised(what: Snapshot, slug: str, today: date = TODAY, settings: Thresholds = DEFAULT) -> list[Signal]:
    found = detect(what, today, settings).signals
    for signal in found:
        for one in signal.evidence:
            assert not isinstance(one, DerivedEvidence) or check(one), f"{signal.slug}: {one.formula}"
    return [signal for signal in found if signal.slug == slug]


def only(what: Snapshot, slug: str, today: date = TODAY, settings: Thresholds = DEFAULT) -> Signal:
    """The one signal of that slug."""
    [signal] = raised(what, slug, today, settings)
    return signal


def blind(what: Snapshot, today: date = TODAY) -> tuple[BlindSpot, ...]:
    return detect(what, today, DEFAULT).blind_spots
