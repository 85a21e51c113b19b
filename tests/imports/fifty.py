"""The exports of a firm of fifty clients as it arrives: Karbon's contacts and work, QuickBooks' receivables by age. Made, not copied."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

CLIENTS = 50
_FIRST = ("Alma", "Boris", "Carla", "Dov", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luis", "Mona")
_LAST = ("Ardley", "Brenner", "Castell", "Dorsey", "Elmore", "Fenwick", "Garland", "Hollis", "Ingram", "Jarvis", "Keel")
_LAST += ("Lowell", "Marsden", "Norwood", "Oakes", "Prentice", "Quill", "Rowan", "Sutter", "Thorne", "Upton", "Vance")
_TRADES = (
    "Roofing",
    "Dental",
    "Foods",
    "Logistics",
    "Studio",
    "Orchards",
    "Machine Works",
    "Hardware",
    "Books",
    "Travel",
)
_FORMS = (("LLC", "Partnership", "1065"), ("Inc", "S Corp", "1120-S"), ("Corp", "C Corp", "1120"))


@dataclass(frozen=True)
class Fifty:
    """The files (name, bytes), and what must come of them."""

    files: tuple[tuple[str, bytes], ...]
    names: tuple[str, ...]
    contacts: int
    work: int
    owed: Decimal


def fifty(people: Sequence[str], seed: int = 50) -> Fifty:
    """The exports; `people` are the names of the firm's people, who own clients and work."""
    chance = random.Random(seed)
    contacts, work, names = list[list[str]](), list[list[str]](), list[str]()
    open_of: list[tuple[str, str, date, date, Decimal]] = []
    for number in range(CLIENTS):
        last, trade = _LAST[number % len(_LAST)], _TRADES[number % len(_TRADES)]
        legal, entity, form = _FORMS[number % len(_FORMS)]
        name, mail = f"{last} {trade} {legal}", f"{last.lower()}-{trade.split()[0].lower()}{number}.example"
        owner, key = people[number % len(people)], f"K{number:04d}"
        names.append(name)
        place = [f"{number + 10} Main St", "Chicago", "IL", "60601", "US"]
        contacts.append(
            [
                key,
                "Organization",
                name,
                "",
                "",
                "",
                f"office@{mail}",
                f"312-555-{number:04d}",
                *place,
                owner,
                owner,
                "",
                entity,
                "",
            ]
        )
        first = _FIRST[number % len(_FIRST)]
        contacts.append(
            [f"{key}P", "Person", f"{first} {last}", first, last, name, f"{first.lower()}@{mail}", *[""] * 11]
        )
        work.append(
            [
                f"2025 Form {form}",
                name,
                "Tax",
                "In Progress",
                owner,
                "01/15/2026",
                "03/13/2026",
                "03/16/2026",
                "Annually",
                "Tax return",
                "12",
            ]
        )
        if number % 2 == 0:
            work.append(
                [
                    "Bookkeeping March 2026",
                    name,
                    "Bookkeeping",
                    "Planned",
                    owner,
                    "03/01/2026",
                    "04/10/2026",
                    "",
                    "Monthly",
                    "CAS",
                    "6",
                ]
            )
        if number % 3 != 2:
            day = date(2025, 12, 1) + timedelta(days=chance.randrange(90))
            amount = Decimal(chance.randrange(15_000, 900_000)) / 100
            open_of.append((name, f"{1000 + number}", day, day + timedelta(days=30), amount))
    owed = sum((one[4] for one in open_of), Decimal(0))
    head = "ContactKey|Contact Type|Full Name|First Name|Last Name|Organization|Email Address|Phone Number|Address|City|State|Zip|Country"
    head += "|Client Owner|Client Manager|Tags|Custom Field - Entity Type|User Defined Identifier"
    jobs = "Work Item|Client|Work Type|Primary Status|Assignee|Start Date|Due Date|Deadline Date|Repeats|Item(Product/Services)|Budget"
    files = (
        ("Karbon Contacts.csv", _csv([head.split("|"), *contacts])),
        ("Karbon Work.csv", _csv([jobs.split("|"), *work])),
        ("AR Aging Detail.csv", _csv(_aging(open_of, owed))),
    )
    return Fifty(files, tuple(names), len(contacts), len(work), owed)


def _aging(open_of: Sequence[tuple[str, str, date, date, Decimal]], owed: Decimal) -> list[list[str]]:
    rows = [["Arriving CPAs"], ["A/R Aging Detail"], ["As of March 9, 2026"], [""]]
    rows.append(["", "Date", "Transaction type", "Num", "Customer full name", "Due date", "Amount", "Open balance"])
    today, ages = (
        date(2026, 3, 9),
        ("Current", "1 - 30 days past due", "31 - 60 days past due", "61 - 90 days past due"),
    )
    for number, age in enumerate(ages):
        these = [one for one in open_of if min(3, max(0, ((today - one[3]).days + 29) // 30)) == number]
        rows.append([age])
        for name, invoice, day, due, amount in these:
            rows.append(
                ["", f"{day:%m/%d/%Y}", "Invoice", invoice, name, f"{due:%m/%d/%Y}", f"{amount:,.2f}", f"{amount:,.2f}"]
            )
        said = f"${sum((one[4] for one in these), Decimal(0)):,.2f}"
        rows.append([f"Total for {age}", "", "", "", "", "", said, said])
    rows.append(["TOTAL", "", "", "", "", "", f"${owed:,.2f}", f"${owed:,.2f}"])
    return rows


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
