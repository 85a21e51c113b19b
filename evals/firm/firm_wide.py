"""Questions over all of the firm's clients with the rows that answer them, for whoever asks: read from the firm folder's own tables and the
labels of its papers by plain loops, never by what the firm's program makes of them.

Each is asked in several wordings, by an author who wrote them without a look at what the program recognises. A partner or manager sees the
clients that name them, everybody else those whose work or tasks they own.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from evals.firm.gold import Gold

Row = Mapping[str, str]
Found = dict[str, str]
"""The ref of each client that has a row, and what that row must say; "" when it is enough that it is there."""
ZERO = Decimal(0)
RETURNS = ("1040", "1041", "1065", "1120", "1120-S", "990", "706", "709")


@dataclass(frozen=True)
class Wide:
    """A question over all clients. `held_out`: a wording that is not worked with."""

    topic: str
    text: str
    held_out: bool


@dataclass(frozen=True)
class Books:
    """The tables of a firm folder as one person may see them, on the firm's day."""

    today: date
    tables: Mapping[str, list[Row]]
    gold: Gold

    def client(self, ref: str) -> Row:
        return next(one for one in self.tables["clients"] if one["ref"] == ref)

    def open_bills(self) -> Iterator[tuple[Row, Decimal]]:
        """Issued invoices with what is not paid of them."""
        paid: dict[str, Decimal] = {}
        for one in self.tables["payments"]:
            if _day(one["paid_on"]) <= self.today:
                paid[one["invoice_number"]] = paid.get(one["invoice_number"], ZERO) + Decimal(one["amount"])
        for one in self.tables["invoices"]:
            left = Decimal(one["amount"]) - paid.get(one["number"], ZERO)
            if left > 0 and _day(one["issued_on"]) <= self.today:
                yield one, left

    def owed(self, chosen: Callable[[Row], bool] = lambda _: True) -> dict[str, Decimal]:
        total: dict[str, Decimal] = {}
        for bill, left in self.open_bills():
            if chosen(bill):
                total[bill["client_ref"]] = total.get(bill["client_ref"], ZERO) + left
        return total

    def returns(self) -> list[Row]:
        return [one for one in self.tables["engagements"] if one["template"] in RETURNS]

    def unfiled(self) -> list[Row]:
        return [
            one for one in self.returns() if not one["filed_on"] and one["stage"] not in ("filed", "done", "closed")
        ]

    def waiting(self, days: int) -> Found:
        """Clients with a request that was asked for more than so many days ago."""
        works = {one["ref"]: one["client_ref"] for one in self.tables["engagements"]}
        before = self.today - timedelta(days=days)
        rows = (one for one in self.tables["requests"] if not one["received_on"] and _day(one["requested_on"]) < before)
        return {works[one["engagement_ref"]]: "" for one in rows}

    def over_budget(self) -> Found:
        spent: dict[str, Decimal] = {}
        for one in self.tables["time"]:
            if _day(one["date"]) <= self.today:
                spent[one["engagement_ref"]] = spent.get(one["engagement_ref"], ZERO) + Decimal(one["hours"])
        rows = (one for one in self.tables["engagements"] if one["stage"] not in ("filed", "done", "closed"))
        return {
            one["client_ref"]: "" for one in rows if spent.get(one["ref"], ZERO) > Decimal(one["budget_hours"] or 0) > 0
        }

    def stating(self, kind: str, name: str, holds: Callable[[str], bool]) -> Found:
        """Clients with a paper of that kind whose fact holds."""
        seen = {one["ref"] for one in self.tables["clients"]}
        papers = ((one.path.split("/")[1], one) for one in self.gold.documents if one.kind == kind)
        return {
            ref: "" for ref, one in papers if ref in seen and any(f.name == name and holds(f.value) for f in one.facts)
        }


def _day(text: str) -> date:
    return date.fromisoformat(text)


def read(folder: Path, gold: Gold, email: str) -> Books:
    """The tables of the firm folder, of the clients that the person of that address may see."""
    tables = {path.stem: _rows(path) for path in sorted(folder.glob("*.csv"))}
    role = next(one["role"] for one in tables["staff"] if one["email"] == email)
    works = {one["ref"]: one["client_ref"] for one in tables["engagements"]}
    if role in ("partner", "manager"):
        seen = {one["ref"] for one in tables["clients"] if email in (one["partner"], one["manager"])}
    else:
        seen = {one["client_ref"] for one in tables["engagements"] if one["owner"] == email}
        seen |= {works[one["engagement_ref"]] for one in tables["tasks"] if one["owner"] == email}
    numbers = {one["number"] for one in tables["invoices"] if one["client_ref"] in seen}

    def visible(row: Row) -> bool:
        if "invoice_number" in row:
            return row["invoice_number"] in numbers
        owner = row.get("client_ref") or works.get(row.get("engagement_ref", ""), "")
        return owner in seen

    kept = {
        name: [one for one in rows if visible(one)] for name, rows in tables.items() if name not in ("clients", "staff")
    }
    kept["clients"] = [one for one in tables["clients"] if one["ref"] in seen]
    return Books(gold.as_of, {**kept, "staff": tables["staff"]}, gold)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _due(work: Row) -> date:
    return _day(work["extended_to"] or work["due"])


def _due_until(books: Books, first: date, last: date) -> Found:
    works = (one for one in books.unfiled() if one["due"] and first <= _due(one) <= last)
    return {one["client_ref"]: "" for one in works}


def _of_clients(books: Books, chosen: Callable[[Row], bool]) -> Found:
    return {one["ref"]: "" for one in books.tables["clients"] if chosen(one)}


def _of_works(works: list[Row], chosen: Callable[[Row], bool]) -> Found:
    return {one["client_ref"]: "" for one in works if chosen(one)}


def _money(amounts: Mapping[str, Decimal], least: Decimal = ZERO) -> Found:
    return {ref: f"{amount:.2f}" for ref, amount in amounts.items() if amount > least}


def _late(books: Books, days: int) -> Found:
    """Clients with a bill that has been due for more than so many days."""
    before = books.today - timedelta(days=days)
    return dict.fromkeys(books.owed(lambda bill: _day(bill["due_on"]) < before), "")


def _no_officer_pay(books: Books) -> Found:
    """S corporations whose papers state accounts, and none of them is pay of officers."""
    found: Found = {}
    for one in books.tables["clients"]:
        if one["entity_type"] != "1120-S":
            continue
        papers = [d for d in books.gold.documents if d.path.split("/")[1] == one["ref"] and d.kind == "trial-balance"]
        stated = " ".join(f.value for d in papers for f in d.facts if f.name == "account").lower()
        if papers and "officer" not in stated:
            found[one["ref"]] = ""
    return found


def _paid_in(books: Books, month: int) -> Found:
    whose = {one["number"]: one["client_ref"] for one in books.tables["invoices"]}
    days = ((_day(one["paid_on"]), whose[one["invoice_number"]]) for one in books.tables["payments"])
    return {ref: "" for on, ref in days if (on.year, on.month) == (books.today.year, month) and on <= books.today}


ANSWERS: Mapping[str, Callable[[Books], Found]] = {
    "late 90": lambda b: _late(b, 90),
    "late 60": lambda b: _late(b, 60),
    "owes": lambda b: _money(b.owed()),
    "owes 1000": lambda b: _money(b.owed(), Decimal(1000)),
    "waiting 30": lambda b: b.waiting(30),
    "waiting 45": lambda b: b.waiting(45),
    "due in ten days": lambda b: _due_until(b, b.today, b.today + timedelta(days=10)),
    "due this month": lambda b: _due_until(b, b.today, date(b.today.year, b.today.month, 31)),
    "due in April": lambda b: _due_until(b, date(b.today.year, 4, 1), date(b.today.year, 4, 30)),
    "overdue": lambda b: _due_until(b, date(2000, 1, 1), b.today - timedelta(days=1)),
    "unsigned": lambda b: _of_works(
        b.tables["engagements"], lambda one: bool(one["letter_sent_on"]) and not one["letter_signed_on"]
    ),
    "extended": lambda b: _of_works(b.unfiled(), lambda one: bool(one["extended_to"])),
    "not started": lambda b: _of_works(b.returns(), lambda one: one["stage"] == "not-started"),
    "waiting stage": lambda b: _of_works(b.returns(), lambda one: one["stage"] == "waiting-on-client"),
    "in review": lambda b: _of_works(b.returns(), lambda one: one["stage"] == "in-review"),
    "filed": lambda b: _of_works(b.returns(), lambda one: one["filed_on"][:4] == str(b.today.year)),
    "over budget": lambda b: b.over_budget(),
    "partner": lambda b: _of_clients(b, lambda one: one["partner"].startswith("daniel@")),
    "partnerships": lambda b: _of_clients(b, lambda one: one["entity_type"] == "1065"),
    "nonprofits": lambda b: _of_clients(b, lambda one: one["entity_type"] == "990"),
    "s unfiled": lambda b: _of_works(b.unfiled(), lambda one: one["template"] == "1120-S"),
    "no ai": lambda b: _of_clients(b, lambda one: one["ai_policy"] == "none"),
    "fiscal": lambda b: _of_clients(b, lambda one: one["fiscal_year_end"] != "12-31"),
    "preparer": lambda b: _of_works(b.unfiled(), lambda one: one["owner"].startswith("elena@")),
    "desk": lambda b: _of_works(
        b.tables["engagements"], lambda one: one["owner"].startswith("elena@") and one["stage"] not in ("filed", "done")
    ),
    "officer pay": _no_officer_pay,
    "leases": lambda b: b.stating("lease", "end", lambda end: end[:4] == str(b.today.year)),
    "paid in February": lambda b: _paid_in(b, 2),
}
OF_MONEY = frozenset({"late 90", "late 60", "owes", "owes 1000", "paid in February"})
"""Topics about what clients owe and pay: partners and managers are told, the staff is told that it is not shown to them."""
WORDINGS: Mapping[str, tuple[str, ...]] = {
    "late 90": (
        "Who owes us for more than 90 days?",
        "Which clients are over ninety days late with our bills?",
        "Anyone with invoices more than 90 days past due?",
    ),
    "late 60": ("Whose invoices are over 60 days overdue?", "Who is more than 60 days behind in paying us?"),
    "owes": ("Who owes us money?", "Show me all unpaid balances by client."),
    "owes 1000": ("Who owes us more than $1,000?", "Which balances are above 1000 dollars?"),
    "waiting 30": (
        "Which document requests have been open for more than 30 days?",
        "Where have we been waiting for papers for over 30 days?",
        "open requests older than 30 days",
    ),
    "waiting 45": ("Which clients have kept us waiting for documents longer than 45 days?",),
    "due in ten days": ("Which returns have to go out in the next ten days?", "What returns are due within 10 days?"),
    "due this month": ("Which returns are still due this month?", "What do we have to file by the end of March?"),
    "due in April": ("Which returns fall due in April?", "Whose return is due next month?"),
    "overdue": ("Which returns are past their due date and not filed?", "Are any of our returns late?"),
    "unsigned": ("Who has not signed our engagement letter yet?", "Which engagement letters are out for signature?"),
    "extended": ("Which returns are on extension?", "Whose returns did we extend?"),
    "not started": ("Which returns has nobody begun?", "Which returns are not started yet?"),
    "waiting stage": ("Which returns are waiting on the client?",),
    "in review": ("Which returns are in review right now?", "What is sitting in review?"),
    "filed": ("Which returns have we filed this year?", "What has been filed so far?"),
    "over budget": ("On which jobs did we spend more hours than planned?", "Which engagements are over budget?"),
    "partner": ("Which clients does Daniel Osei have?", "List the clients of Daniel."),
    "partnerships": ("List all partnerships.", "Which of my clients file a 1065?"),
    "nonprofits": ("Which of our clients are nonprofits?",),
    "s unfiled": ("Which S corporation returns are not filed yet?", "Which 1120-S are still open?"),
    "no ai": ("Which clients have forbidden the use of AI?", "For whom may we not use AI?"),
    "fiscal": ("Whose fiscal year does not end in December?",),
    "preparer": ("Which open returns does Elena Marquez have?",),
    "desk": ("What is on Elena's desk?",),
    "officer pay": (
        "Which of my S-corps have no officer wages?",
        "Do any of the S corporations pay their officers nothing?",
    ),
    "leases": ("Whose lease ends this year?", "Which leases run out in 2026?"),
    "paid in February": ("Which clients paid us in February?", "Who sent us a payment last month?"),
}


def asked() -> Iterator[Wide]:
    """Every wording; the second of a topic, the fourth, … are held out, and every other topic of one wording."""
    for place, (topic, words) in enumerate(WORDINGS.items()):
        for number, text in enumerate(words):
            yield Wide(topic, text, (number if len(words) > 1 else place) % 2 == 1)
