"""Sentences as drafts contain them, true ones and ones with a planted error, against the facts of one client."""

from decimal import Decimal

import pytest

from workspace.evidence import Evidence, RecordEvidence
from workspace.tie_out import Fact, derive, from_record, recognise, tie_out


def record(field: str, value: str) -> Evidence:
    return RecordEvidence("row_1", field, value)


def given(name: str, kind: str, value: str, text: str | None = None) -> Fact:
    fact = from_record(name, kind, value, record(name, value))
    return fact if text is None else Fact(name, kind, value, text, fact.evidence)


BALANCE = given("balance", "money", "4200.00")
WAGES = given("wages", "money", "12800.00")
FACTS = (
    BALANCE,
    WAGES,
    given("loss", "money", "-1350.25"),
    given("respond_by", "date", "2026-03-05"),
    given("notice_date", "date", "2026-02-03"),
    given("tax_year", "period", "2025"),
    given("quarter", "period", "2025-Q3"),
    given("close", "period", "2025-10"),
    given("rate", "percent", "12.5"),
    given("days_left", "count", "12", "12 days"),
    given("open_items", "count", "3"),
    given("shares", "count", "1200"),
    given("notice", "notice", "CP2000"),
    given("letter", "notice", "531"),
    given("form", "form", "1120-S"),
    given("ein", "tax_id", "12-3456789"),
    given("ssn", "tax_id", "XXX-XX-6789"),
    given("client", "name", "Rivera Holdings LLC"),
    given("contact", "name", "Maria Lopez"),
    given("invoice", "name", "INV-1007"),
    given("authority", "citation", "Section 6213(a)"),
    derive.total("due", [BALANCE, WAGES]),
    derive.share("part", BALANCE, given("whole", "money", "16800")),
)
STRANGERS = ("Acme Dental, Inc.", "John Carter", "Rivera Foods Inc.")

T, D, U = "tied", "derived", "untied"
SENTENCES: list[tuple[str, list[str]]] = [
    # money
    ("The balance is $4,200.", [T]),
    ("The balance is $4,200.00.", [T]),
    ("The balance is **$4,200**, due now.", [T]),
    ("The balance is $4.2k.", [T]),
    ("The balance is $4.2 thousand.", [T]),
    ("The balance is 4,200 dollars.", [T]),
    ("The balance is USD 4,200.00", [T]),
    ("They owe four thousand two hundred dollars.", [T]),
    ("| Balance | 4,200.00 |", [T]),
    ("| Loss | (1,350.25) |", [T]),
    ("The loss was -$1,350.25.", [T]),
    ("The loss was $1,350.25.", [U]),
    ("The balance ($4,200) is open.", [T]),
    ("The balance is $2,400.", [U]),
    ("The balance is $4,200,000.", [U]),
    ("The balance is $4.2 million.", [U]),
    ("The balance is $4.2M.", [U]),
    ("The balance is $4.20.", [U]),
    ("The balance is $42.", [U]),
    ("The balance is $42,00.", [U]),
    ("The balance is $4,2000.", [U]),
    ("The balance is $4,2O0.", [U]),
    ("The balance is $4,200.01.", [U]),
    ("The balance is €4,200.", [U]),
    ("The balance is -$4,200.", [U]),
    ("The balance is 4,200.", [U]),
    ("The balance is 4,200%.", [U]),
    ("They owe about four thousand dollars.", [U]),
    ("They owe about four thousand.", [U]),
    ("They owe $4,000–4,200.", [U]),
    ("They owe $4-5 thousand.", [U]),
    ("They owe thousands of dollars.", [U]),
    ("The wages were $12,800 and the balance $4,200.", [T, T]),
    ("The wages were $12,800 and the balance $4,300.", [T, U]),
    ("Together that is $17,000.00.", [D]),
    ("Together that is $16,000.00.", [U]),
    # percents
    ("The rate is 12.5%.", [T]),
    ("The rate is 12.50 percent.", [T]),
    ("The rate is twelve and a half percent.", [T]),
    ("The rate is 125%.", [U]),
    ("The rate is 1.25%.", [U]),
    ("The rate is 13%.", [U]),
    ("The rate is 12.5.", [U]),
    ("That is 25% of the whole.", [D]),
    ("Half of the balance is paid.", [U]),
    ("The balance doubled.", [U]),
    # dates
    ("Please answer by March 5, 2026.", [T]),
    ("Please answer by Thursday, March 5, 2026.", [T]),
    ("Please answer by Friday, March 5, 2026.", [U]),
    ("Please answer by 3/5/26.", [T]),
    ("Please answer by 03/05/2026.", [T]),
    ("Please answer by 2026-03-05.", [T]),
    ("Please answer by the 5th of March.", [T]),
    ("Please answer by Mar. 5.", [T]),
    ("Please answer by May 3, 2026.", [U]),
    ("Please answer by 5/3/26.", [U]),
    ("Please answer by March 5, 2025.", [U]),
    ("Please answer by March 6.", [U]),
    ("Please answer by March 95, 2026.", [U]),
    ("Please answer by the 5th.", [U]),
    ("Please answer by Monday.", [U]),
    ("Please answer tomorrow.", [U]),
    # periods
    ("For tax year 2025 and Q3 2025.", [T, T]),
    ("For the third quarter of 2025.", [T]),
    ("In Q3 and in the October close.", [T, T]),
    ("For tax year 2024.", [U]),
    ("For Q2 2025.", [U]),
    ("For November 2025.", [U]),
    # counts
    ("You have 12 days.", [T]),
    ("You have a 12-day window.", [T]),
    ("You have twelve days.", [T]),
    ("You have 12 business days.", [U]),
    ("You have 12 weeks.", [U]),
    ("You have 21 days.", [U]),
    ("You have $12.", [U]),
    ("We miss three items.", [T]),
    ("We miss 3 items.", [T]),
    ("We miss thirty items.", [U]),
    ("We miss one item.", [U]),
    ("We miss a dozen items.", [U]),
    ("No one of us has one of them.", []),
    ("She holds 1,200 shares.", [T]),
    # forms, notices, ids, citations
    ("The CP2000 and Letter 531 concern Form 1120-S.", [T, T, T]),
    ("The CP 2000 concerns your 1120S.", [T, T]),
    ("The CP200 concerns Form 1120.", [U, U]),
    ("The LT2000 and Letter 513.", [U, U]),
    ("We sent 2000 pages.", [U]),
    ("EIN 12-3456789, ending in 6789.", [T, U]),
    ("EIN **-***6789.", [T]),
    ("EIN 12-3456798.", [U]),
    ("SSN ***-**-6789.", [T]),
    ("SSN 123-45-6789.", [U]),
    ("SSN ***-**-6798.", [U]),
    ("See Section 6213(a) and § 6213(a).", [T, T]),
    ("See Section 6213(b).", [U]),
    ("See §6231(a).", [U]),
    # names
    ("Rivera Holdings LLC has to answer.", [T]),
    ("Rivera Holdings' books are open.", [T]),
    ("Rivera Holdings Inc. has to answer.", [U]),
    ("Rivera Foods has to answer.", [U]),
    ("Acme Dental's books are open.", [U]),
    ("ACME DENTAL, INC. and John Carter", [U, U]),
    ("Dear Maria,", [T]),
    ("Dear Ms. Lopez:", [T]),
    ("Dear Marina,", [U]),
    ("Dear Mr. Carter,", [U]),
    ("Dear Client,", []),
    ("Vantage Partners LLP disagrees.", [U]),
    ("Invoice INV-1007 is open.", [T]),
    ("Invoice INV-1070 is open.", [U]),
    # structure is no figure
    ("1. Send the statement.\n2. Sign the form [1].", []),
    ("Your 401(k) plan.", []),
]


@pytest.mark.parametrize(("text", "statuses"), SENTENCES)
def test_each_figure_is_tied_or_marked(text: str, statuses: list[str]) -> None:
    ticks = tie_out(text, FACTS, known_names=STRANGERS)
    assert [(tick.text, tick.status) for tick in ticks] == [
        (tick.text, status) for tick, status in zip(ticks, statuses, strict=True)
    ]


@pytest.mark.parametrize(("text", "statuses"), SENTENCES)
def test_spans_are_in_order_apart_and_hold_the_text(text: str, statuses: list[str]) -> None:
    at = 0
    for tick in tie_out(text, FACTS, known_names=STRANGERS):
        assert at <= tick.start < tick.end <= len(text)
        assert text[tick.start : tick.end] == tick.text
        assert (tick.evidence is None) == (tick.status == "untied")
        at = tick.end


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("$4,200", "money", "4200.00"),
        ("$4.2k", "money", "4200.00"),
        ("$1.3 million", "money", "1300000.00"),
        ("half a million dollars", "money", "500000.00"),
        ("five cents", "money", "0.05"),
        ("$(12.50)", "money", "-12.50"),
        ("£20", "money", "GBP 20.00"),
        ("about four thousand", "count", "4000"),
        ("three items", "count", "3"),
        ("1.25x", "count", "1.25"),
        ("two thousand and six", "count", "2006"),
        ("2½ hours", "count", "2.5"),
        ("March 5, 2026", "date", "2026-03-05"),
        ("3/5/26", "date", "2026-03-05"),
        ("5 March 2026", "date", "2026-03-05"),
        ("March 5", "date", "--03-05"),
        ("Q3 2025", "period", "2025-Q3"),
        ("tax year 2025", "period", "2025"),
        ("FY25", "period", "2025"),
        ("2024–25", "period", "2024/2025"),
        ("Q4", "period", "-Q4"),
        ("minus 3 percent", "percent", "-3"),
        ("CP2000", "notice", "CP2000"),
        ("Letter 226-J", "notice", "226J"),
        ("5071C", "notice", "5071C"),
        ("Form 1120-S", "form", "1120-S"),
        ("W-2s", "form", "W-2"),
        ("Schedule K-1", "form", "K-1"),
        ("FinCEN Form 114", "form", "FINCEN 114"),
        ("***-**-1234", "tax_id", "XXX-XX-1234"),
        ("XX-XXX1234", "tax_id", "XX-XXX1234"),
        ("ending in 1234", "tax_id", "X1234"),
        ("Rev. Proc. 2013-30", "citation", "Rev. Proc. 2013-30"),
        ("IRC Section 6213(a)", "citation", "§6213(a)"),
    ],
)
def test_what_each_way_of_writing_says(written: str, kind: str, value: str) -> None:
    (figure,) = recognise(f"It is {written}, as we said.")
    assert (figure.type, figure.value) == (kind, value)


def test_a_short_form_that_could_mean_two_facts_is_untied() -> None:
    dates = [given("a", "date", "2026-03-05"), given("b", "date", "2025-03-05")]
    assert [tick.status for tick in tie_out("by March 5", dates)] == [U]
    two = [given("a", "name", "Maria Lopez"), given("b", "name", "Maria Stone")]
    assert [tick.status for tick in tie_out("Dear Maria,", two)] == [U]


def test_a_short_name_that_another_client_has_too_is_untied() -> None:
    ours = [given("client", "name", "Summit Bakery LLC")]
    assert [tick.status for tick in tie_out("Summit Bakery owes nothing.", ours)] == [T]
    ticks = tie_out("Summit Bakery owes nothing.", ours, known_names=["Summit Bakery Inc.", "Summit Bakery LLC"])
    assert [tick.status for tick in ticks] == [U]
    exact = tie_out("Summit Bakery LLC owes nothing.", ours, known_names=["Summit Bakery Inc.", "Summit Bakery LLC"])
    assert [tick.status for tick in exact] == [T]


def test_a_templates_own_phrases_get_no_tickmark_and_nothing_beyond_them() -> None:
    allowed = ("Form 8879", "Section 6213(a)", "within 60 days")
    assert tie_out("Sign Form 8879 within 60 days (Section 6213(a)).", (), allowed=allowed) == ()
    for text in ("Sign Form 8879-PE.", "within 60 days, or $60", "Section 6213(a)(1)", "within 60 daysx 5"):
        assert any(tick.status == U for tick in tie_out(text, (), allowed=allowed)), text


def test_names_nobody_told_us_are_found_only_when_asked() -> None:
    text = "Please call Sarah Johnson at the Internal Revenue Service about the Balance Due."
    assert tie_out(text, ()) == ()
    assert [(tick.text, tick.status) for tick in tie_out(text, (), guess_names=True)] == [("Sarah Johnson", U)]


def test_wrong_arithmetic_never_ties() -> None:
    good = derive.total("due", [BALANCE, WAGES])
    forged = Fact("due", "money", "18000.00", "$18,000.00", good.evidence)
    assert [tick.status for tick in tie_out("It is $18,000.", [forged])] == [U]
    assert [tick.status for tick in tie_out("It is $17,000.", [good])] == [D]
    assert Decimal(good.value) == 17000
