"""Which document answers which item: by kind, issuer and time, else by name; and what answers nothing."""

from dataclasses import replace
from datetime import date

import pytest

from tests.signals.builders import document, engagement, snapshot
from workspace.evidence import DocumentEvidence
from workspace.requests.last_year import given_last_year
from workspace.requests.matching import Item, covered, match, wanted_months
from workspace.requests.standing import in_words, standing
from workspace.requests.wants import Wants, by_words, wants_of
from workspace.snapshot import Document

WORK = engagement("E1", "1040")
BANK = {"bank": "First Bank", "account_last4": "1234"}


def statement(month: int, **more: str) -> Document:
    days = {"period_start": f"2025-{month:02d}-01", "period_end": f"2025-{month:02d}-28"}
    return document(f"Bank/2025-{month:02d}.pdf", "bank-statement", **(BANK | days | more))


def answers(text: str, *papers: Document, wants: Wants | None = None) -> list[str]:
    item = Item("i1", text, wants or by_words(text), WORK.id)
    return [one.document_id for one in match(snapshot(engagements=(WORK,), documents=papers), [item])]


def w2(year: str, **more: str) -> Document:
    return document(f"W-2 {year}.pdf", "w-2", employer="Corvane", tax_year=year, **more)


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("All 2025 Forms W-2", w2("2025")),
        (
            "Forms 1099-INT and 1099-DIV",
            document("a.pdf", "1099", form="1099-INT", payer="First Bank", tax_year="2025"),
        ),
        ("Year-end bank statements", statement(12, period_end="2025-12-31")),
        ("Loan statements at December 31", document("l.pdf", "loan-statement", statement_date="2025-12-31")),
        ("Board minutes for the year", document("m.pdf", "minutes", date="2025-06-13")),
        ("Signed organizer", document("o.pdf", "organizer", tax_year="2025")),
        ("Charitable contribution receipts", document("Donations 2025.csv", "other")),
        ("Fixed asset purchases with invoices", document("Equipment purchases 2025.csv", "other")),
        ("Leases in force", document("lease.pdf", "lease", start="2021-01-01", end="2027-01-01")),
        ("December bank statements", statement(12)),
        ("Reserve study 2025", document("Reserve study 2025.pdf", "other")),
    ],
)
def test_what_is_asked_for_is_found(text: str, paper: Document) -> None:
    assert answers(text, paper) == [paper.id]


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("All 2025 Forms W-2", w2("2024")),
        ("Forms 1099-INT and 1099-DIV", document("a.pdf", "1099", form="1099-NEC", payer="X", tax_year="2025")),
        ("Year-end bank statements", statement(11)),
        ("December bank statements", statement(11)),
        ("Loan statements at December 31", document("l.pdf", "loan-statement", statement_date="2025-06-30")),
        ("Schedules K-1", document("k.pdf", "k-1", issuer="Own", issuer_ein="00-1234567", tax_year="2025")),
        ("Charitable contribution receipts", document("Donations 2024.csv", "other")),
        ("Charitable contribution receipts", document("Donations 2025.eml", "letter")),
        ("Leases in force", document("lease.pdf", "lease", start="2018-01-01", end="2023-01-01")),
        (
            "Insurance policies in force",
            document("licence.pdf", "certificate", what="licence", expires_on="2026-07-01"),
        ),
        ("All 2025 Forms W-2", replace(w2("2025"), duplicate_of="other")),
        ("All 2025 Forms W-2", replace(w2("2025"), state="refused")),
    ],
)
def test_what_only_looks_like_it_answers_nothing(text: str, paper: Document) -> None:
    assert answers(text, paper) == []


def test_an_item_of_one_issuer_is_answered_by_no_other() -> None:
    wants = Wants(("1099",), ("1099-INT",), issuer="First Bank")
    papers = [
        document(f"{name}.pdf", "1099", form="1099-INT", payer=name, tax_year="2025")
        for name in ("First Bank", "Other Bank")
    ]
    assert answers("1099-INT from First Bank", *papers, wants=wants) == [papers[0].id]


def test_a_proposal_says_why_how_sure_and_on_which_words() -> None:
    item = Item("i1", "All 2025 Forms W-2", by_words("All 2025 Forms W-2"), WORK.id)
    sure, unsure = w2("2025"), document("W-2.pdf", "w-2", employer="Corvane")
    found = match(snapshot(engagements=(WORK,), documents=(sure, unsure)), [item])
    assert [one.document_id for one in found] == [sure.id, unsure.id]
    assert found[0].confidence > found[1].confidence >= 0.5
    assert "tax year 2025" in found[0].reason and "could not be read" in found[1].reason
    assert isinstance(found[0].evidence[0], DocumentEvidence) and found[0].evidence[0].quote == "2025"


def test_one_document_answers_several_items_and_one_item_takes_twelve() -> None:
    item = Item("i1", "12 bank statements", by_words("12 bank statements"), WORK.id)
    other = Item("i2", "Year-end bank statements", by_words("Year-end bank statements"), WORK.id)
    papers = [statement(month) for month in range(1, 10)] + [statement(12, period_end="2025-12-31")]
    found = match(snapshot(engagements=(WORK,), documents=tuple(papers)), [item, other])
    months = {one.covers for one in found if one.item_id == "i1"}
    assert len(months) == 10 and {one.document_id for one in found if one.item_id == "i2"} == {papers[-1].id}
    have = ",".join(sorted(months))
    stands = standing(item.item, None, have, WORK, date(2026, 3, 9))
    assert stands.counted == "10 of 12" and stands.lacking == ("2025-10", "2025-11")


def test_months_are_counted_to_the_last_that_has_ended() -> None:
    running = replace(WORK, period_start=date(2026, 1, 1), period_end=date(2026, 12, 31))
    wants = Wants(("bank-statement",), months=True)
    assert wanted_months(wants, running, date(2026, 3, 31)) == ["2026-01", "2026-02"]
    assert wanted_months(wants, running, date(2026, 4, 1)) == ["2026-01", "2026-02", "2026-03"]
    assert covered("2025-11/2026-02") == {"2025-11", "2025-12", "2026-01", "2026-02"} and covered("") == set()


def test_last_year_names_issuers_and_cites_them() -> None:
    papers = (
        document("k.pdf", "k-1", issuer="X LP", issuer_ein="00-7", tax_year="2024"),
        document("own.pdf", "k-1", issuer="Own", issuer_ein="00-1234567", tax_year="2024"),
        document("i.pdf", "1099", form="1099-INT", payer="First Bank", tax_year="2024"),
        document("i2.pdf", "1099", form="1099-INT", payer="First Bank", tax_year="2025"),
        document("w.pdf", "w-2", employer="Corvane", tax_year="2024"),
        document("b.pdf", "bank-statement", **(BANK | {"period_start": "2024-12-01", "period_end": "2024-12-31"})),
    )
    found = given_last_year(snapshot(engagements=(WORK,), documents=papers), WORK)
    assert [(one.item, one.come) for one in found] == [
        ("Schedule K-1 from X LP", False),
        ("Form W-2 from Corvane", False),
        ("Form 1099-INT from First Bank", True),
        ("Bank statement of First Bank ending in 1234 at December 31, 2025", False),
    ]
    assert all(isinstance(one.evidence, DocumentEvidence) for one in found) and found[0].evidence.quote == "X LP"  # type: ignore[union-attr]


def test_wants_are_kept_as_they_are_read() -> None:
    wants = Wants(("1099",), ("1099-INT",), issuer="First Bank", many=True, needed=3)
    assert wants_of("", wants.as_json()) == wants
    assert wants_of("All 2025 Forms W-2", None).kinds == ("w-2",)
    assert Wants.read({"kind": "w-2", "at": "nonsense", "needed": "x"}) == Wants(("w-2",))


def test_months_are_written_short() -> None:
    assert in_words(["2025-04", "2025-06", "2025-07"]) == "April 2025, June 2025, July 2025"
    assert in_words(["2025-04", "2025-11", "2025-12", "2026-01"]) == "April 2025, November 2025 to January 2026"
