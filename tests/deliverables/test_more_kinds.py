"""The kinds about agreements, returns and the client's own books: each drafted for a fitting client with every figure traced, refused with
the reason where an input is missing, and asked for by the signal that calls for it."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from store.errors import Invalid
from tests.deliverables.test_kinds import client, drafted, gathered, text
from tests.signals.builders import CLIENT, TODAY, accounts, bill, document, engagement, item, worked
from workspace.deliverables.compose import compose, template_writer
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.occasions import DueDraft, due_drafts
from workspace.signals import detect, resolve
from workspace.snapshot import FirmPart, Snapshot, Task

CORPORATION = replace(CLIENT, entity_type="1120")
ACCOUNTS = accounts(
    ("1010 Checking", "50000.00", ""),
    ("1200 Accounts Receivable", "30000.00", ""),
    ("2010 Accounts Payable", "", "60000.00"),
    ("2700 Loans from Shareholders", "", "5000.00"),
    ("3200 Distributions", "90000.00", ""),
    ("3900 Retained Earnings", "", "15000.00"),
    ("4000 Sales", "", "300000.00"),
    ("6000 Officer Compensation", "40000.00", ""),
    ("6600 Interest Expense", "10000.00", ""),
    ("6990 Uncategorized Expense", "160000.00", ""),
)
BOOKS = document("books/tb.csv", "trial-balance", rows=ACCOUNTS, as_of="2025-12-31")
LOAN = document(
    "loan.pdf",
    "loan-agreement",
    rows=[{"covenant_metric": "current_ratio", "covenant_operator": ">=", "covenant_threshold": "1.25"}],
    lender="Tidewater Bank",
    principal="420000.00",
)
LETTER = document(
    "letter.pdf",
    "engagement-letter",
    "Our reference: E9",
    services="Monthly close of the books within ten business days; A call with the owner each month",
    fee="13200.00",
    letter_date="2025-03-13",
    period_start="2025-04-01",
    period_end="2026-03-31",
)
CLOSE = engagement(
    "E9", "monthly-close", title="Monthly close, 2026", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31)
)
TAX_LETTER = document(
    "tax.pdf",
    "engagement-letter",
    "Our reference: E1",
    services="Preparation of 2025 Form 1120-S",
    letter_date="2026-01-06",
)
EXTRA = replace(worked(date(2026, 2, 2), "2.5"), service="Bookkeeping", note="by phone", rate=Decimal(190))


def month(end: date, revenue: str, cost: str, net: str) -> Any:
    rows = [{"line": "4000 Sales", "amount": revenue}, {"line": "5000 Materials", "amount": cost}]
    facts: dict[str, Any] = {"period_start": end.replace(day=1).isoformat(), "period_end": end.isoformat()}
    gross = f"{Decimal(revenue) - Decimal(cost):.2f}"
    more: dict[str, Any] = {"revenue": revenue, "cost_of_sales": cost, "gross_profit": gross, "net_income": net}
    return document(f"books/pl {end}.csv", "profit-and-loss", rows=rows, **facts, **more)


def statement(last: date, opening: str, closing: str) -> Any:
    facts: dict[str, Any] = {
        "period_start": last.replace(day=1).isoformat(),
        "period_end": last.isoformat(),
        "account_last4": "7210",
    }
    return document(f"bank/{last}.pdf", "bank-statement", **facts, opening_balance=opening, closing_balance=closing)


MONTHS = (
    month(date(2026, 1, 31), "134500.00", "79355.00", "14795.00"),
    month(date(2026, 2, 28), "134200.00", "88572.00", "5368.00"),
)
YEAR = document(
    "books/pl 2025.csv",
    "profit-and-loss",
    period_start="2025-01-01",
    period_end="2025-12-31",
    revenue="900000.00",
    net_income="151398.69",
)
SCHEDULE = document(
    "est.csv",
    "estimate-schedule",
    rows=[
        {"form": "1120-W", "tax_year": "2025", "due": "2025-12-15", "amount": "11400.00", "paid_on": "2025-12-10"},
        {"form": "1120-W", "tax_year": "2026", "due": "2026-04-15", "amount": "6500.00"},
        {"form": "1120-W", "tax_year": "2026", "due": "2026-06-15", "amount": "6500.00"},
    ],
)
BANK = (
    statement(date(2025, 12, 31), "61400.00", "45000.00"),
    statement(date(2026, 1, 31), "45000.00", "30000.00"),
    statement(date(2026, 2, 28), "30000.00", "11900.00"),
)
AGING = document(
    "books/ar.csv",
    "ar-aging",
    rows=[
        {"customer": "Tarleton Marine", "current": "60000.00", "90+": "5000.00", "total": "65000.00"},
        {"customer": "Dover Gauge Works", "current": "15000.00", "total": "15000.00"},
        {"customer": "Pell & Sons", "current": "10000.00", "total": "10000.00"},
        {"customer": "Ashgrove Hospitality", "current": "10000.00", "total": "10000.00"},
    ],
    as_of="2025-12-31",
    total="100000.00",
    **{"90+": "5000.00"},
)
RETURN = engagement("E1", due=date(2026, 3, 16), stage="waiting-on-client")
ASKED = (item("Loan statements at December 31", date(2026, 2, 18), "E1"),)
K1 = document("k1.pdf", "k-1", issuer="Conoy Creek LP", issuer_ein="11-2223334", tax_year="2024", form="1065")

WORLDS: dict[str, Snapshot] = {
    "engagement-letter": client(engagements=(CLOSE,), documents=(LETTER,)),
    "pbc-request": client(engagements=(RETURN,), requests=ASKED, documents=(K1,)),
    "extension-package": client(
        client=CORPORATION,
        engagements=(engagement("E1", "1120", due=date(2026, 4, 15), stage="in-progress"),),
        documents=(YEAR, SCHEDULE),
    ),
    "open-questions": client(engagements=(CLOSE,), documents=(BOOKS,)),
    "close-report": client(engagements=(CLOSE,), documents=(*MONTHS, *BANK, AGING)),
    "flux-memo": client(documents=MONTHS),
    "covenant-certificate": client(documents=(LOAN, BOOKS)),
    "estimate-letter": client(client=CORPORATION, documents=(SCHEDULE,)),
    "return-delivery": client(engagements=(replace(RETURN, stage="ready-to-file"),)),
    "change-order": client(engagements=(RETURN,), documents=(TAX_LETTER,), time=(EXTRA,)),
    "runway-note": client(documents=(*BANK, AGING, BOOKS)),
    "concentration-memo": client(documents=(AGING,)),
    "compensation-memo": client(documents=(BOOKS,)),
    "year-end-planning": client(documents=(BOOKS, AGING, *MONTHS)),
}
ANNA, PAT = "Anna Lindqvist <anna@client.example>", "Pat Alder <pat@firm.example>"
FOR_THE_FILE = ("flux-memo", "compensation-memo")
CLASSES = {
    "B": ("extension-package", "estimate-letter", "return-delivery"),
    "D": ("flux-memo", "concentration-memo", "year-end-planning"),
}

SAID = {
    "engagement-letter": [
        "(Monthly close, 2026) runs to March 31, 2026",
        "- Monthly close of the books within ten business days\n- A call with the owner each month",
        "The fee for these services is $13,200.00 for the term.",
        "The term runs from April 1, 2026 through March 31, 2027.",
        "We do not audit, review or compile the statements",
    ],
    "pbc-request": [
        "- Loan statements at December 31, asked for by February 18, 2026",
        "- Schedule K-1 of Conoy Creek LP (we have the one for 2024)",
        "send them by March 11, 2026",
    ],
    "extension-package": [
        "We will file Form 7004 by April 15, 2026. It moves the date of the return to October 15, 2026.",
        "$151,398.69",
        "at 21%",
        "$31,793.72",
        "Please pay $20,393.72 by April 15, 2026.",
    ],
    "open-questions": [
        "$160,000.00",
        "not placed: what was it for?",
        "a loan: is there a note, and was interest paid?",
    ],
    "close-report": [
        "$134,200.00",
        "-63.7%",
        "The gross margin is 34%, against 41% before.",
        "$11,900.00",
        "Before: January 1, 2026",
    ],
    "flux-memo": [
        "by 10% or more and by at least $672.50",
        "changed by -$177.00",
        "$9,394.00, does not follow the volume",
    ],
    "covenant-certificate": [
        "Current ratio: 1.33 against at least 1.25: met",
        "your loan of $420,000.00 with Tidewater Bank",
    ],
    "estimate-letter": [
        "Please pay $6,500.00 by April 15, 2026 (corporate estimated tax, 2026).",
        "- June 15, 2026: $6,500.00",
    ],
    "return-delivery": ["Please sign and date Form 8879-CORP and return it by March 11, 2026."],
    "change-order": ["- Bookkeeping: 2.5 hours, $475.00", "Our letter of January 6, 2026 covers:", "we bill $475.00"],
    "runway-note": [
        "spent $49,500.00 more",
        "$3,807.69 a week",
        "used up in week 4",
        "-$37,599.97 after thirteen weeks",
    ],
    "concentration-memo": ["Tarleton Marine owes 65% of what all customers", "Of it $5,000.00 is past due."],
    "compensation-memo": ["30.8%", "$52,000.00 here", "Wages of $40,000.00 are below the line"],
    "year-end-planning": [
        "ends on December 31, 2026",
        "Distributions of $90,000.00 beside officer wages of $40,000.00",
    ],
}


@pytest.mark.parametrize("slug", WORLDS)
def test_each_is_drafted_with_every_figure_traced(slug: str) -> None:
    draft = drafted(slug, WORLDS[slug])
    said = text(draft, slug)
    for words in SAID[slug]:
        assert words in said
    assert draft.recipients == ((PAT,) if slug in FOR_THE_FILE else (ANNA,))
    assert draft.cls == next((cls for cls, slugs in CLASSES.items() if slug in slugs), "C")
    assert draft.checks and draft.unseen


@pytest.mark.parametrize("slug", WORLDS)
def test_the_short_and_the_warm_form_are_traced_too(slug: str) -> None:
    plain = text(drafted(slug, WORLDS[slug]), slug)
    assert len(text(drafted(slug, WORLDS[slug], short=True), slug)) <= len(plain)
    assert "warm" not in text(drafted(slug, WORLDS[slug], warm=True), slug)


MISSING = {
    "engagement-letter": "name the engagement",
    "pbc-request": "Enter the request items",
    "extension-package": "no open return whose date is still ahead",
    "open-questions": "Put the latest trial balance",
    "close-report": "no profit and loss",
    "flux-memo": "two profit and loss statements",
    "covenant-certificate": "no loan agreement",
    "estimate-letter": "no estimate schedule",
    "return-delivery": "once it is ready to file",
    "change-order": "no time of .* lies outside a letter",
    "runway-note": "no bank statement",
    "concentration-memo": "no receivables report",
    "compensation-memo": "no year-end trial balance",
    "year-end-planning": "shows nothing to plan",
}


@pytest.mark.parametrize(("slug", "why"), MISSING.items())
def test_a_missing_input_is_named(slug: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        KINDS[slug].occasion(client(), TODAY, None)
    with pytest.raises(Invalid):  # the occasion of a draft whose inputs have gone since
        occasion = KINDS[slug].occasion(WORLDS[slug], TODAY, None)
        KINDS[slug].gather(client(), TODAY, occasion)


def test_an_amount_is_never_guessed() -> None:
    household = replace(CLIENT, entity_type="1040")
    due = engagement("E1", "1040", due=date(2026, 4, 15))
    with pytest.raises(Invalid, match="a row for the extension"):
        gathered("extension-package", client(client=household, engagements=(due,)))
    noted = document(
        "est.csv",
        "estimate-schedule",
        rows=[{"form": "1040", "tax_year": "2025", "due": "2026-04-15", "amount": "2500.00"}],
    )
    said = text(
        drafted("extension-package", client(client=household, engagements=(due,), documents=(noted,))),
        "extension-package",
    )
    assert "Please pay $2,500.00 by April 15, 2026." in said and "IRS Direct Pay" in said
    loss = replace(WORLDS["extension-package"], documents=(month_year("-4000.00"),))
    assert "-$4,000.00 for the year, which is no profit" in text(
        drafted("extension-package", loss), "extension-package"
    )
    shares = text(drafted("extension-package", client(engagements=(RETURN,), requests=ASKED)), "extension-package")
    assert "As a rule the entity itself pays no federal income tax" in shares and "to September 15, 2026" in shares


def month_year(net: str) -> Any:
    facts: dict[str, Any] = {
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "revenue": "900000.00",
        "net_income": net,
    }
    return document("books/pl 2025.csv", "profit-and-loss", **facts)


def test_a_corporation_s_schedule_is_held_against_its_year() -> None:
    facts: dict[str, Any] = {
        "period_start": "2026-01-01",
        "period_end": "2026-02-28",
        "revenue": "90000.00",
        "net_income": "45397.00",
    }
    books = document("books/pl.csv", "profit-and-loss", **facts)
    said = text(
        drafted("estimate-letter", replace(WORLDS["estimate-letter"], documents=(SCHEDULE, books))), "estimate-letter"
    )
    assert "the tax of the year would be $57,200.22, $44,200.22 more than the $13,000.00 that is scheduled" in said
    assert "let us talk before you pay it" in said and "Please pay" not in said


def test_a_missed_instalment_asks_whether_it_was_paid() -> None:
    rows = [
        {"form": "1040-ES", "tax_year": "2025", "due": "2025-09-15", "amount": "3700.00", "paid_on": "2025-09-11"},
        {"form": "1040-ES", "tax_year": "2025", "due": "2026-01-15", "amount": "3700.00"},
    ]
    what = client(documents=(document("est.csv", "estimate-schedule", rows=rows),))
    said = text(drafted("estimate-letter", what), "estimate-letter")
    assert "was due on January 15, 2026, and we have no record of its payment" in said


def test_a_covenant_that_is_broken_is_told_before_anything_else() -> None:
    tight = replace(
        LOAN, facts=tuple(replace(one, value="1.50") if one.name == "covenant_threshold" else one for one in LOAN.facts)
    )
    draft = drafted("covenant-certificate", client(documents=(tight, BOOKS)))
    assert "not met" in text(draft, "covenant-certificate") and "is broken" in draft.checks[0]


def test_the_share_of_the_firm_s_revenue_goes_to_the_partner_and_is_read_by_the_night_only() -> None:
    firm = FirmPart(date(2025, 3, 1), date(2026, 2, 28), Decimal("400000.00"), 20)
    bills = (bill("20520", date(2025, 8, 1), "107600.00"), bill("20011", date(2025, 2, 1), "4550.00"))
    what = client(invoices=bills, firm=firm)
    [due] = [
        one for one in due_drafts(detect(what, TODAY, resolve({})).signals, TODAY) if one.slug == "concentration-memo"
    ]
    kind = KINDS["concentration-memo"]
    found = kind.gather(what, TODAY, due.occasion)
    assert found.recipients == (PAT,)
    written = template_writer(kind.slug)(found)
    assert compose(found, replace(written, free=True)).untied == 0
    said = "\n".join(one.markdown for one in written.sections)
    assert "was billed $107,600.00" in said and "26.9% of the $400,000.00" in said
    with pytest.raises(Invalid, match="by the night only"):
        kind.gather(replace(what, firm=None), TODAY, due.occasion)


def test_many_customers_are_told_in_few_lines() -> None:
    rows = [{"customer": f"Buyer {letter}", "current": "100.00", "total": "100.00"} for letter in "ABCDEFGH"]
    report = document("books/ar.csv", "ar-aging", rows=rows, as_of="2025-12-31", total="800.00")
    said = text(drafted("concentration-memo", client(documents=(report,))), "concentration-memo")
    assert re.search(r"The 3 others +\$300\.00 +37\.5%\nAll 8 customers +\$800\.00", said)
    assert "Buyer E" in said and "Buyer F" not in said


def test_a_day_asked_for_before_that_is_later_than_todays_is_not_repeated() -> None:
    asked = (item("Loan statements", date(2026, 2, 18), "E1"), item("Payroll summary", date(2026, 3, 19), "E1"))
    said = text(drafted("pbc-request", client(engagements=(RETURN,), requests=asked)), "pbc-request")
    assert "- Loan statements, asked for by February 18, 2026\n- Payroll summary\n" in said


def test_what_is_asked_for_is_proven_word_by_word() -> None:
    last = replace(
        RETURN, id="id-E0", ref="E0", period_start=date(2024, 1, 1), period_end=date(2024, 12, 31), stage="filed"
    )
    came = replace(item("Year-end inventory count", None, "E0"), received_on=date(2025, 2, 11))
    draft = drafted("pbc-request", client(engagements=(RETURN, last), requests=(came,), documents=(K1,)))
    said = text(draft, "pbc-request")
    assert "- Schedule K-1 of Conoy Creek LP (we have the one for 2024)" in said
    assert "- Year-end inventory count (last year it came on February 11)" in said
    proofs = {mark["text"]: mark["evidence"] for mark in draft.tickmarks}
    assert proofs["Conoy Creek LP"]["quote"] == "Conoy Creek LP" and proofs["2024"]["quote"] == "2024"
    assert proofs["February 11"]["value"] == "2025-02-11"
    assert not any("K-1" in one or "we have" in one for one in proofs)


def test_the_form_of_an_extension_is_proven_by_the_returns_own() -> None:
    draft = drafted("extension-package", WORLDS["extension-package"])
    (proof,) = {str(mark["evidence"]["formula"]) for mark in draft.tickmarks if mark["text"] == "Form 7004"}
    assert proof == "extension_form(1120) = 7004"


def test_a_person_plans_her_own_year() -> None:
    person = replace(CLIENT, entity_type="1040", name="Anna Lindqvist")
    rows = [{"form": "1040-ES", "tax_year": "2026", "due": "2026-04-15", "amount": "1800.00"}]
    what = client(client=person, documents=(document("est.csv", "estimate-schedule", rows=rows),))
    said = text(drafted("year-end-planning", what), "year-end-planning")
    assert "Your tax year ends on December 31, 2026." in said
    assert "statement" not in said and "owner" not in said


def test_a_month_that_is_not_reconciled_asks_for_its_statement() -> None:
    step = Task("t1", "id-E9", "January reconciliations", due=date(2026, 2, 15))
    what = client(engagements=(CLOSE,), tasks=(step,), documents=BANK[:1])
    assert "- Bank statement of January 2026, account ending in 7210" in text(
        drafted("open-questions", what), "open-questions"
    )


def test_a_letter_about_one_engagement_needs_its_fee_and_no_matter_has_one() -> None:
    work = engagement("E5", "advisory", title="Succession questions", fee_type="hourly", fee=Decimal("3600.00"))
    said = text(drafted("engagement-letter", client(engagements=(work,)), "E5"), "engagement-letter")
    assert "We expect it to come to $3,600.00 for the term" in said and "- Succession questions" in said
    with pytest.raises(Invalid, match="no fee is recorded"):
        gathered("engagement-letter", client(engagements=(replace(work, fee=None),)), "E5")
    with pytest.raises(Invalid, match="fee agreement"):
        gathered("engagement-letter", client(engagements=(replace(work, template="matter"),)), "E5")


def test_the_firm_s_own_clause_stands_word_for_word_and_no_model_words_it(tmp_path: Path) -> None:
    (tmp_path / "legal").mkdir()
    (tmp_path / "legal" / "engagement-terms.md").write_text(
        "+++\napproved = 'counsel'\n+++\nBills are due within 45 days.\n"
    )
    facts = gathered("engagement-letter", WORLDS["engagement-letter"])
    written = template_writer("engagement-letter", tmp_path)(facts)
    own = next(one for one in written.sections if "Bills are due within 45 days." in one.markdown)
    assert "counsel" not in own.markdown and "clauses" in written.version
    assert own.title in KINDS["engagement-letter"].fixed
    for slug, words in (("covenant-certificate", "undersigned officer"), ("runway-note", "no assurance of any kind")):
        sections = template_writer(slug)(gathered(slug, WORLDS[slug])).sections
        assert all(one.title in KINDS[slug].fixed for one in sections if words in one.markdown)


def night(what: Snapshot) -> set[tuple[str, str]]:
    """What the night would draft of these kinds: slug and subject."""
    found: list[DueDraft] = due_drafts(detect(what, TODAY, resolve({})).signals, TODAY)
    assert found == due_drafts(detect(what, TODAY, resolve({})).signals, TODAY)
    return {(one.slug, one.occasion.split(":")[0]) for one in found if one.slug in WORLDS}


CALLED_FOR = {
    "engagement-letter": "letter",
    "covenant-certificate": "loan",
    "change-order": "change",
    "runway-note": "runway",
    "concentration-memo": "customers",
    "compensation-memo": "pay",
    "open-questions": "books",
}


@pytest.mark.parametrize(("slug", "subject"), CALLED_FOR.items())
def test_its_signal_calls_for_it(slug: str, subject: str) -> None:
    assert (slug, subject) in night(WORLDS[slug])


def test_a_return_to_extend_has_its_package_and_an_instalment_its_letter() -> None:
    near = client(engagements=(replace(RETURN, stage="in-progress"),))
    assert ("extension-package", "extension") in night(near)
    soon = [{"form": "1120-W", "tax_year": "2026", "due": "2026-04-15", "amount": "6500.00"}]
    due = detect(
        client(client=CORPORATION, documents=(document("e.csv", "estimate-schedule", rows=soon),)),
        date(2026, 4, 9),
        resolve({}),
    )
    assert [one.occasion for one in due_drafts(due.signals, date(2026, 4, 9)) if one.slug == "estimate-letter"] == [
        "estimate:1120 2026@2026-04-15"
    ]


@pytest.mark.parametrize("slug", ["pbc-request", "close-report", "return-delivery", "year-end-planning"])
def test_what_no_signal_makes_due_is_drafted_on_demand_only(slug: str) -> None:
    assert slug not in {one for one, _ in night(WORLDS[slug])}


def test_a_letter_about_a_matter_is_not_renewed_by_this_one() -> None:
    what = replace(WORLDS["engagement-letter"], engagements=(replace(CLOSE, template="matter"),))
    with pytest.raises(Invalid, match="the law firm's own form"):
        gathered("engagement-letter", what)


def test_a_filed_return_is_paid_by_its_own_date_and_an_extension_moves_no_payment() -> None:
    household = replace(CLIENT, entity_type="1040")
    filed = engagement("E1", "1040", due=date(2026, 4, 15), stage="filed", filed_on=date(2026, 3, 3))
    said = text(drafted("return-delivery", client(client=household, engagements=(filed,))), "return-delivery")
    assert "is to be paid by April 15, 2026, whenever the return is filed" in said and "Nothing is left to sign" in said
    later = replace(filed, extended_to=date(2026, 10, 15))
    said = text(drafted("return-delivery", client(client=household, engagements=(later,))), "return-delivery")
    assert "is to be paid by April 15, 2026" in said


def test_a_service_of_the_last_term_that_names_a_year_is_to_be_brought_forward() -> None:
    signed = replace(RETURN, letter_signed_on=date(2026, 1, 9))
    paper = document(
        "t.pdf", "engagement-letter", "E1", services="2025 Form 1120-S", fee="4000.00", period_end="2025-12-31"
    )
    draft = drafted("engagement-letter", client(engagements=(signed,), documents=(paper,)), "E1")
    assert "Bring forward to the coming term: “2025 Form 1120-S”" in draft.checks
    assert "ran to December 31, 2025" in text(draft, "engagement-letter")
