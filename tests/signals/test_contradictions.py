"""What documents and mails say against the records: a table of cases for each kind. Fires, just does not, data missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import CLIENT, accounts, document, engagement, mail, notice, only, raised, snapshot
from workspace.signals.contradictions.identity import could_be, same_street
from workspace.signals.contradictions.people import office_of
from workspace.snapshot import Contact, Document, EnteredDeadline, Message, Note, RequestItem, Snapshot

SLUG = "document-contradicts-record"
HOME = replace(CLIENT, address="2339 Mill Race Lane", city="Ephrata", state="PA", zip="17522")
MARCH = date(2026, 3, 2)


def labels(what: Snapshot) -> list[str]:
    return [side.label for signal in raised(what, SLUG) for side in signal.sides]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("LINDQVIST CABINETRY INC", "Lindqvist Cabinetry, Inc.", True),
        ("ERIK LINDQVIST", "Erik & Anna Lindqvist", True),
        ("LINDQVIST ERIK & ANNA", "Erik & Anna Lindqvist", True),
        ("LINDQVIST CABINETR", "Lindqvist Cabinetry, Inc.", True),  # cut off by the agency
        ("E LINDQVIST", "Erik Lindqvist", True),
        ("JON SMYTHE", "John Smythe", False),
        ("LINDQUIST CABINETRY", "Lindqvist Cabinetry, Inc.", True),  # misspelled
        ("LINDQVIST CABINETRY", "Erik & Anna Lindqvist", False),
        ("GREENLEAF GARDENS LLC", "Greenleaf Hydroponics, Inc.", False),
        ("", "Erik Lindqvist", False),
    ],
)
def test_names_that_can_be_one_party(one: str, other: str, same: bool) -> None:
    assert could_be(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2339 Mill Race Lane", "2339 MILL RACE LN", True),
        ("118 North Prince Street, Suite 200", "118 N PRINCE ST STE 200", True),
        ("118 North Prince Street", "118 N. Prince St. #4B", True),
        ("2339 Mill Race Lane", "2339 Mill Race", True),
        ("2339 Mill Race Lane", "2393 Mill Race Lane", False),
        ("2339 Mill Race Lane", "2339 Chestnut Lane", False),
        ("12 First Avenue", "12 1st Ave", True),
    ],
)
def test_streets_that_are_one(one: str, other: str, same: bool) -> None:
    assert same_street(one, other) is same


def printed(name: str, *lines: str, **facts: str) -> Document:
    """A notice with the address lines under the taxpayer's name."""
    made = notice("CP14", **facts)
    page = "\n".join([*made.text, f"taxpayer_name: {name}", *lines, "", "Amount due: $1"])
    fact = replace(
        made.facts[0],
        name="taxpayer_name",
        value=name,
        quote=name,
        start=page.index(name),
        end=page.index(name) + len(name),
    )
    return replace(made, facts=(*made.facts, fact), text=(page,))


@pytest.mark.parametrize(
    ("name", "lines", "found"),
    [
        ("LINDQVIST CABINETRY INC", ("2339 MILL RACE LN", "EPHRATA PA 17522"), []),
        ("LINDQVIST CABINETRY INC", ("2339 MILL RACE LN STE 4", "EPHRATA, PA 17522-1234"), []),
        ("LINDQVIST CABINETRY INC", ("77 SAWMILL HOLLOW RD", "READING, PA 19601"), ["Address"]),
        ("LINDQVIST CABINETRY INC", ("PO BOX 12", "EPHRATA, PA 17522"), []),
        ("LINDQVIST CABINETRY INC", ("PO BOX 12", "READING, PA 19601"), ["Address"]),
        ("LINDQVIST CABINETRY INC", ("Rua Augusta 10", "Lisboa, Portugal"), []),  # no line of ours to read
        ("LINDQVIST CABINETRY INC", (), []),
        ("GARBER QUARRY LLC", ("2339 MILL RACE LN", "EPHRATA PA 17522"), ["Name"]),
        ("GARBER QUARRY LLC", ("9 ELM ST", "YORK PA 17401"), ["Name", "Address"]),
    ],
)
def test_whose_notice_it_is(name: str, lines: tuple[str, ...], found: list[str]) -> None:
    assert labels(snapshot(client=HOME, documents=(printed(name, *lines),))) == found


def test_one_notice_is_one_signal_with_all_its_sides() -> None:
    wrong = printed("GARBER QUARRY LLC", "9 ELM ST", "YORK PA 17401", taxpayer_id="00-7654321")
    signal = only(snapshot(client=HOME, documents=(wrong,)), SLUG)
    assert [one.label for one in signal.sides] == ["Taxpayer id", "Name", "Address"]
    assert signal.dollars == Decimal("1000.00") and "taxpayer id" in signal.headline
    assert signal.sides[2].writes == (
        ("address", "2339 Mill Race Lane", "9 Elm St"),
        ("city", "Ephrata", "York"),
        ("state", "PA", "PA"),
        ("zip", "17522", "17401"),
    )


def test_an_owners_notice_in_the_company_s_file_is_hers_and_no_address_on_record_says_nothing() -> None:
    owner = Contact("c", "Anna Garber")
    what = snapshot(client=CLIENT, contacts=(owner,), documents=(printed("ANNA GARBER", "9 ELM ST", "YORK PA 17401"),))
    assert labels(what) == []


def minutes(*officers: str, day: str = "2026-02-10", text: str = "") -> Document:
    made = document(f"Minutes {day}.txt", "minutes", text, date=day)
    page = made.text[0]
    facts = list(made.facts)
    for one in officers:
        page += f"\n{one}"
        facts.append(
            replace(facts[0], name="officers", value=one, quote=one, start=len(page) - len(one), end=len(page))
        )
    return replace(made, facts=tuple(facts), text=(page,))


GORDON, PAULA = Contact("g", "Gordon Dunmore", title="President"), Contact("p", "Paula Dunmore", title="Treasurer")


@pytest.mark.parametrize(
    ("officers", "contacts", "fires"),
    [
        (("Paula Dunmore, President",), (GORDON, PAULA), True),  # the record has another president
        (("Rita Moss, President",), (GORDON, PAULA), True),  # who is no contact yet
        (("Gordon Dunmore, President", "Paula Dunmore, Treasurer"), (GORDON, PAULA), False),
        (("G Dunmore, Chief executive",), (GORDON,), False),  # not elected, and nobody holds that office on record
        (("Paula Dunmore, Member",), (GORDON, PAULA), False),  # several may be
        (("Rita Moss, Secretary",), (GORDON, PAULA), False),  # nobody on record holds it
        (("Paula Dunmore, President",), (), False),
    ],
)
def test_officers(officers: tuple[str, ...], contacts: tuple[Contact, ...], fires: bool) -> None:
    assert bool(raised(snapshot(contacts=contacts, documents=(minutes(*officers),)), SLUG)) is fires


def test_only_the_newest_minutes_count_and_old_ones_do_not() -> None:
    old, new = minutes("Paula Dunmore, President", day="2025-02-10"), minutes("Gordon Dunmore, President")
    assert raised(snapshot(contacts=(GORDON, PAULA), documents=(old, new)), SLUG) == []
    assert (
        raised(
            snapshot(contacts=(GORDON, PAULA), documents=(minutes("Paula Dunmore, President", day="2023-02-10"),)), SLUG
        )
        == []
    )
    signal = only(snapshot(contacts=(GORDON, PAULA), documents=(minutes("Paula Dunmore, President"),)), SLUG)
    assert signal.sides[0].writes == (("title", "Treasurer", "President"),) and signal.sides[0].record == "contact:p"


@pytest.mark.parametrize(
    ("title", "office"),
    [
        ("Board president", "president"),
        ("Vice president", "vice president"),
        ("CEO", "chief executive"),
        ("Member", None),
        (None, None),
    ],
)
def test_offices(title: str | None, office: str | None) -> None:
    assert office_of(title) == office


def slip(employer: str, year: str, ein: str = "") -> Document:
    return document(
        f"W-2 {year} {employer}.pdf",
        "w-2",
        "",
        employer=employer,
        tax_year=year,
        **({"employer_ein": ein} if ein else {}),
    )


@pytest.mark.parametrize(
    ("slips", "note", "fires"),
    [
        ((slip("Acme Corp", "2024"), slip("Corvane Biologics, Inc.", "2025")), "", True),
        ((slip("Acme Corp", "2024"), slip("ACME CORPORATION", "2025")), "", False),
        ((slip("Acme Corp", "2024", "00-1"), slip("New Name LLC", "2025", "00-1")), "", False),  # renamed
        ((slip("Acme Corp", "2024"), slip("Corvane Biologics, Inc.", "2025")), "Started at Corvane in May", False),
        ((slip("Corvane Biologics, Inc.", "2025"),), "", False),  # no list of last year
        ((slip("Acme Corp", "2023"), slip("Corvane Biologics, Inc.", "2025")), "", False),
    ],
)
def test_employers(slips: tuple[Document, ...], note: str, fires: bool) -> None:
    notes = (Note("n", MARCH, None, note),) if note else ()
    assert bool(raised(snapshot(documents=slips, notes=notes), SLUG)) is fires


def statement(balance: str, day: str = "2025-12-31", last4: str = "4251") -> Document:
    return document(
        f"Loan {last4} {day}.pdf",
        "loan-statement",
        "",
        lender="Susquehanna Heritage Bank",
        account_last4=last4,
        statement_date=day,
        balance=balance,
    )


def ledger(*lines: tuple[str, str, str], day: str = "2025-12-31") -> Document:
    return document(f"books/{day}.csv", "trial-balance", "", accounts(("1010 Cash", "500.00", ""), *lines), as_of=day)


NOTE = ("2600 Notes Payable - Bank", "", "1000.00")


@pytest.mark.parametrize(
    ("documents", "fires"),
    [
        ((statement("1200.00"), ledger(NOTE)), True),
        ((statement("1000.50"), ledger(NOTE)), False),  # within a dollar
        ((statement("1001.01"), ledger(NOTE)), True),
        ((statement("1200.00"), ledger(NOTE, day="2025-11-30")), False),  # another day
        (
            (statement("1200.00"), ledger(NOTE, ("2650 Term Loan", "", "200.00"))),
            False,
        ),  # which account is meant cannot be told
        (
            (statement("1200.00"), ledger(NOTE, ("2651 Susquehanna term loan", "", "1200.00"))),
            False,
        ),  # the lender's own
        ((statement("1200.00"), ledger(("2700 Loans from Shareholders", "", "1000.00"))), False),
        ((statement("1200.00"), statement("900.00", last4="9"), ledger(NOTE)), False),
        ((statement("1200.00"),), False),
    ],
)
def test_a_loan_against_the_ledger(documents: tuple[Document, ...], fires: bool) -> None:
    assert bool(raised(snapshot(documents=documents), SLUG)) is fires


def form(
    amount: str, kind: str = "1099-K", year: str = "2025", to: str = "LINDQVIST CABINETRY INC", payer: str = "Stripe"
) -> Document:
    return document(
        f"{kind} {payer} {amount}.pdf", "1099", "", form=kind, payer=payer, recipient=to, amount=amount, tax_year=year
    )


def result(revenue: str, start: str = "2025-01-01") -> Document:
    return document(
        "books/pl.xlsx", "profit-and-loss", "", period_start=start, period_end="2025-12-31", revenue=revenue
    )


@pytest.mark.parametrize(
    ("documents", "fires"),
    [
        ((form("60000.00"), form("45000.00", "1099-NEC", payer="Acme"), result("100000.00")), True),
        ((form("60000.00"), result("100000.00")), False),
        ((form("100900.00"), result("100000.00")), False),  # within one percent
        ((form("101001.00"), result("100000.00")), True),
        ((form("200000.00", "1099-INT"), result("100000.00")), False),
        ((form("200000.00", year="2024"), result("100000.00")), False),
        ((form("200000.00", to="Somebody Else"), result("100000.00")), False),
        ((form("200000.00"), result("100000.00", "2025-07-01")), False),  # half a year
        ((form("200000.00"),), False),
        ((form("200000.00"), ledger(("4000 Sales", "", "100000.00"))), True),
    ],
)
def test_reported_income_against_the_books(documents: tuple[Document, ...], fires: bool) -> None:
    assert bool(raised(snapshot(documents=documents), SLUG)) is fires


def letter(services: str, text: str = "", **facts: str) -> Document:
    known = {
        "client_name": "Lindqvist Cabinetry, Inc.",
        "services": services,
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
    }
    return document("Letter.pdf", "engagement-letter", text, **(known | facts))


@pytest.mark.parametrize(
    ("services", "text", "work", "fires"),
    [
        ("Preparation of 2025 Form 1120-S", "", ("1120-S",), False),
        ("Preparation of 2025 Form 1120-S; Payroll tax returns", "", ("1120-S",), True),
        ("Preparation of 2025 Form 1120-S; Payroll tax returns", "", ("1120-S", "payroll"), False),
        ("Preparation of 2025 Form 1120-S; no payroll tax returns", "", ("1120-S",), False),
        ("Preparation of 2025 Form 1120", "", ("1120-S",), True),
        ("Monthly close of the books", "", ("bookkeeping",), False),
        ("Advice, as asked for", "", ("1120-S",), False),
        ("Preparation of 2025 Form 1120-S", "Our reference E1", ("payroll",), True),
        ("Preparation of 2025 Form 1120-S", "", (), False),  # no work at all is another matter
    ],
)
def test_services_against_the_work(services: str, text: str, work: tuple[str, ...], fires: bool) -> None:
    engagements = tuple(engagement(f"E{n}", template) for n, template in enumerate(work, 1))
    assert bool(raised(snapshot(documents=(letter(services, text),), engagements=engagements), SLUG)) is fires


def test_an_old_letter_and_another_s_letter_say_nothing() -> None:
    work = (engagement(),)
    old = letter("Payroll tax returns", period_start="2023-01-01", period_end="2023-12-31")
    theirs = letter("Payroll tax returns", client_name="Somebody Else, LLC")
    assert raised(snapshot(documents=(old, theirs), engagements=work), SLUG) == []


def bank(end: str, account: str = "4778") -> Document:
    return document(f"Bank {account} {end}.pdf", "bank-statement", "", account_last4=account, period_end=end)


@pytest.mark.parametrize(
    ("ends", "stage", "fires"),
    [
        (("2026-01-28",), "in-review", True),
        (("2026-01-31",), "in-review", False),
        (("2026-01-28",), "in-progress", False),  # nobody says that it is closed
        (("2026-01-28", "2026-02-28"), "in-review", False),
        (("2025-11-30",), "in-review", False),  # months are missing: another signal
        ((), "done", False),
    ],
)
def test_a_statement_that_ends_before_the_close(ends: tuple[str, ...], stage: str, fires: bool) -> None:
    close = engagement("M1", "monthly-close", stage=stage, period_start=date(2026, 1, 1), period_end=date(2026, 1, 31))
    assert bool(raised(snapshot(documents=tuple(map(bank, ends)), engagements=(close,)), SLUG)) is fires


@pytest.mark.parametrize(("end", "fires"), [("2026-01-28", True), ("2026-01-31", False), ("2025-12-31", False)])
def test_books_closed_beyond_the_statement(end: str, fires: bool) -> None:
    what = snapshot(documents=(bank(end), ledger(day="2026-01-31")))
    assert bool(raised(what, SLUG)) is fires


def lease(end: str = "2026-04-30", landlord: str = "Wharf Street Holdings", path: str = "Lease.pdf") -> Document:
    return document(path, "lease", "", landlord=landlord, end=end, notice_by="2025-10-31")


@pytest.mark.parametrize(
    ("title", "due", "leases", "fires"),
    [
        ("Lease ends", date(2026, 5, 31), (lease(),), True),
        ("Lease ends", date(2026, 4, 30), (lease(),), False),
        ("Notice on the lease", date(2025, 10, 31), (lease(),), False),
        ("Insurance", date(2026, 5, 31), (lease(),), False),
        ("Lease ends", date(2026, 5, 31), (lease(), lease(landlord="Fulton Row", path="L2.pdf")), False),  # which one?
        ("Lease of Fulton Row ends", date(2026, 5, 31), (lease(), lease(landlord="Fulton Row", path="L2.pdf")), True),
        ("Lease ends", date(2026, 5, 31), (), False),
    ],
)
def test_a_lease_against_the_calendar(title: str, due: date, leases: tuple[Document, ...], fires: bool) -> None:
    what = snapshot(documents=leases, entered=(EnteredDeadline("d", title, due, "lease"),))
    assert bool([one for one in raised(what, SLUG) if one.sides[0].field == "due"]) is fires


def election(form: str = "CP261", effective: str = "2025-01-01", **facts: str) -> Document:
    return document("Election.pdf", "election", "", form=form, effective=effective, **facts)


def filed(form: str = "1120", year: str = "2025", **facts: str) -> Document:
    return document(f"{year} {form}.pdf", "tax-return", "", form=form, tax_year=year, **facts)


@pytest.mark.parametrize(
    ("entity", "documents", "sides"),
    [
        ("1120", (election(),), ["Files as"]),
        ("1120-S", (election(),), []),
        ("1120", (election("2553"),), []),  # asked for, not granted
        ("1120", (election("2553", granted_on="2025-03-01"),), ["Files as"]),
        ("1120", (election(effective="2027-01-01"),), []),
        ("1120-S", (election(), filed()), ["Return of 2025"]),
        ("1120-S", (election(), filed(year="2024")), []),
        ("1120-S", (election(), filed("1120-S")), []),
        ("1120-S", (election(), filed(taxpayer_id="00-9999999")), []),  # another taxpayer's
        ("1120-S", (filed(),), []),
    ],
)
def test_the_election_on_file(entity: str, documents: tuple[Document, ...], sides: list[str]) -> None:
    assert labels(snapshot(client=replace(CLIENT, entity_type=entity), documents=documents)) == sides


def told(words: str, at: date = MARCH) -> tuple[Message, ...]:
    """The client's mail, and an answer that quotes it."""
    return (
        mail("m", "in", at, words),
        mail("m2", "out", at, f"Thank you.\n\nOn Monday you wrote:\n> {words}", thread="m", hour=20),
    )


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("We moved to Texas in January.", "State"),
        ("I have relocated to Austin, Texas.", "State"),
        ("We moved our office to Pennsylvania.", None),  # that is the record
        ("We plan to move to Texas.", None),
        ("If we moved to Texas, what would change?", None),
        ("My sister moved to Texas.", None),
        ("We have not moved to Texas yet.", None),
        ("> We moved to Texas in January.", None),
        ("We hired a salesman in Ohio.", "States of payroll"),
        ("We just hired someone who lives in Ohio.", "States of payroll"),
        ("We are about to hire someone who lives in Ohio.", None),
        ("We hired a salesman in Pennsylvania.", None),
        ("We sold the truck in February.", "Sale of an asset"),
        ("I sold my rental house.", "Sale of an asset"),
        ("We sold the truck's radio to a friend?", None),
        ("We would have sold the truck.", None),
        ("We sold a lot of coffee.", None),
    ],
)
def test_what_clients_write(words: str, label: str | None) -> None:
    assert labels(snapshot(messages=told(words))) == ([label] if label else [])


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("We sold the truck.", {"notes": (Note("n", MARCH, None, "Truck sold, see the bill of sale."),)}),
        ("We sold the truck.", {"requests": (RequestItem("i", None, "Bill of sale of the truck"),)}),
        ("We sold the truck.", {"documents": (document("Vehicles/Truck bill of sale.pdf", "other"),)}),
        (
            "We hired a salesman in Ohio.",
            {"engagements": (engagement("P", "payroll", title="Ohio payroll registration"),)},
        ),
        ("We moved to Texas.", {"client": replace(CLIENT, state="TX")}),
        ("We moved to Texas.", {"client": replace(CLIENT, state=None)}),
    ],
)
def test_what_the_records_show_already(words: str, parts: dict[str, Any]) -> None:
    assert raised(snapshot(messages=told(words), **parts), SLUG) == []


def test_the_newest_word_on_a_move_counts_and_old_mail_does_not() -> None:
    back = (*told("We moved to Texas.", date(2026, 1, 5)), mail("b", "in", MARCH, "We moved back to Pennsylvania."))
    assert labels(snapshot(messages=back)) == []
    assert labels(snapshot(messages=told("We moved to Texas.", date(2024, 1, 5)))) == []


def promises(first: str, second: str, thread: str = "b") -> Snapshot:
    one = mail("a", "out", MARCH, first)
    other = mail("b", "out", date(2026, 3, 4), second, thread=thread)
    return snapshot(messages=(one, replace(other, sender="pat@firm.example")))


@pytest.mark.parametrize(
    ("first", "second", "fires"),
    [
        ("I will send the projection by March 13.", "We will send the projection by March 20.", True),
        ("I will send the projection by March 13.", "We will send the projection by March 13.", False),
        ("I will send the projection by March 13.", "We will send the minutes by March 20.", False),
        (
            "I will send the projection by March 13.",
            "We need more time: we will send the projection by March 20 instead of the 13th.",
            False,
        ),
        (
            "I will send the projection by March 3.",
            "We will send the projection by March 20.",
            False,
        ),  # the first is past
    ],
)
def test_two_dates_for_one_thing(first: str, second: str, fires: bool) -> None:
    assert bool(raised(promises(first, second), SLUG)) is fires
