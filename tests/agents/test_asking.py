"""Questions that the firm's own records answer: the sentence, and that each figure of it is carried by evidence that holds."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from agents.asking.answers import from_records
from agents.asking.claims import Claim
from agents.asking.records import Desk, Raised
from agents.asking.topics import Topic, understand
from tests.agents.proofs import hold
from tests.signals.builders import CLIENT, TODAY, bill, document, engagement, item, mail, notice, snapshot, worked
from workspace.snapshot import Contact, EnteredDeadline, Notice, Snapshot

RETURN = engagement("E1", due=date(2026, 3, 16), progress=40, letter_sent_on=date(2026, 1, 5))
CLOSE = engagement(
    "E2",
    "monthly-close",
    title="February 2026 close",
    fee=None,
    fee_type=None,
    budget_hours=None,
    period_end=date(2026, 2, 28),
)
OLD = engagement(
    "E0", title="2024 Form 1120-S", period_end=date(2024, 12, 31), stage="filed", filed_on=date(2025, 3, 12)
)
WORLD = snapshot(
    client=replace(CLIENT, annual_fee=Decimal("14500.00"), since=date(2019, 4, 1), industry="cabinets", city="Lancaster"),
    engagements=(OLD, RETURN, CLOSE),
    contacts=(
        Contact("c1", "Anna Lindqvist", "anna@client.example", "555-0101", "Owner", True, Decimal(60)),
        Contact("c2", "Erik Lindqvist", "erik@client.example", None, None, False, Decimal(40)),
    ),
    time=(worked(date(2026, 2, 2), "12.5"), worked(date(2026, 2, 3), "4.75"), worked(date(2026, 3, 20), "9")),
    requests=(
        item("Bank statements", date(2026, 2, 3)),
        item("Payroll reports", date(2026, 3, 20)),
        item("W-9s", None, received=date(2026, 2, 1)),
    ),
    invoices=(
        bill("1001", date(2025, 12, 30), "1800.00"),
        bill("1002", date(2026, 3, 5), "3250.00", paid="1250.00"),
        bill("1000", date(2025, 6, 30), "400.00", paid="400.00"),
    ),
    messages=(
        mail("m1", "in", date(2026, 3, 3), "Which numbers do you need?\nAnna"),
        mail("m2", "out", date(2026, 3, 4), "The loans, please."),
    ),
    entered=(EnteredDeadline("d1", "City licence", date(2026, 5, 1), "City code 3-11"),),
)  # fmt: skip


def ask(question: str, world: Snapshot = WORLD, **more: Any) -> str:
    """What the records say, every figure of it held against them."""
    claims = claimed(question, world, **more)
    hold(world, claims)
    return "\n".join(claim.text for claim in claims)


def claimed(question: str, world: Snapshot = WORLD, **more: Any) -> tuple[Claim, ...]:
    return from_records(Desk(world, TODAY, understand(question), **more))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "What does the client owe us and since when?",
            "Lindqvist Cabinetry, Inc. owes us $3,800 on 2 open invoices.\n"
            "- Invoice 1001 of November 30, 2025: $1,800 open, due December 30, 2025, 69 days past due.\n"
            "- Invoice 1002 of February 3, 2026: $2,000 open, due March 5, 2026, 4 days past due.",
        ),
        (
            "How many hours have we spent against budget?",
            "2025 Form 1120-S (E1): 17.25 of 20 budget hours logged (86% of it), 2.75 hours left.",
        ),
        ("How many hours has Sam spent on the 1120-S for 2025?", "2025 Form 1120-S (E1): 17.25 hours logged by Sam."),
        ("How much time has Pat spent on the 2025 return?", "2025 Form 1120-S (E1): no hours logged by Pat."),
        (
            "Which requests are still open?",
            "2 request items of 3 still open.\n"
            "- Bank statements, requested January 20, 2026, due February 3, 2026 (34 days ago).\n"
            "- Payroll reports, requested March 6, 2026, due March 20, 2026 (in 11 days).",
        ),
        (
            "When is the 2025 Form 1120-S due and why?",
            "2025 Form 1120-S (E1) is due March 16, 2026 (in 7 days). No extension is on record. How it is computed: Tax year end: "
            "December 31, 2025. Form 1120-S is due on day 15 of month 3 after the tax year end: March 15, 2026 (IRC §6072(b), §6081). "
            "March 15, 2026 is a Sunday; the next day that counts is March 16, 2026 (IRC §7503).",
        ),
        ("Who is the partner?", "The partner is Pat (pat@firm.example).\n2025 Form 1120-S (E1) is done by Sam (sam@firm.example).\n"
         "February 2026 close (E2) is done by Sam (sam@firm.example)."),
        ("Who owns the company?", "Anna Lindqvist owns 60%.\nErik Lindqvist owns 40%."),
        (
            "Who is our contact?",
            "The primary contact is Anna Lindqvist: Owner, anna@client.example, 555-0101.\n"
            "Another contact is Erik Lindqvist: erik@client.example.",
        ),
        (
            "What is our fee?",
            "The annual fee of Lindqvist Cabinetry, Inc. is $14,500.\n2025 Form 1120-S (E1): the fee is $4,000 (fixed).",
        ),
        ("What is the status of the work?", "2025 Form 1120-S (E1): in progress, 40% done.\nFebruary 2026 close (E2): in progress."),
        ("Has the 2024 return been filed?", "2024 Form 1120-S (E0): filed on March 12, 2025."),
        (
            "When did we last hear from the client?",
            'The client last wrote on March 3, 2026 (6 days ago), owner@client.example: "Question". It begins "Which numbers do you '
            'need?"\nWe last wrote on March 4, 2026 (5 days ago), sam@firm.example: "Question". It begins "The loans, please."',
        ),
        (
            "Has the engagement letter been signed?",
            "2025 Form 1120-S (E1): the engagement letter was sent January 5, 2026 and is not signed.",
        ),
        ("How much is invoice 1002 for?", "Invoice 1002 of February 3, 2026 is for $3,250, due March 5, 2026, $2,000 open."),
        ("When did they last pay us?", "Lindqvist Cabinetry, Inc. last paid us on March 5, 2026 (4 days ago): $1,250 on invoice 1002 "),
        ("What is the client's tax id?", "The tax id of Lindqvist Cabinetry, Inc. ends in 4567; "),
        (
            "What type of entity is it, and since when are they a client?",
            "Lindqvist Cabinetry, Inc. is a client of type 1120-S; its fiscal year ends on 12-31 (month-day); client since April 1, 2019; "
            "industry cabinets; address Lancaster, PA; AI policy allowed.",
        ),
        ("Are there any open notices?", "No notice of a tax agency is on file."),
        ("Anything urgent? Are there any problems?", "This client was not scanned yet, so nothing is raised."),
        ("What are the deadlines?", "City licence: May 1, 2026 (City code 3-11)."),
        (
            "What have we billed this year?",
            "Lindqvist Cabinetry, Inc. was billed $3,250 in 2026 so far, on 1 invoice.\n- Invoice 1002 of February 3, 2026: $3,250.",
        ),
        ("What did we bill last year?", "Lindqvist Cabinetry, Inc. was billed $2,200 in 2025, on 2 invoices."),
        ("What did we bill in 2019?", "Lindqvist Cabinetry, Inc. was billed nothing in 2019."),
        ("How does the S corp stand against budget in hours?", "2025 Form 1120-S (E1): 17.25 of 20 budget hours logged"),
        (
            "Which requests are open on the 2025 Form 1120-S?",
            "2 request items of 3 on the 2025 Form 1120-S (E1) still open.",
        ),
    ],
)  # fmt: skip
def test_records_answer(question: str, said: str) -> None:
    assert said in ask(question)


# How people ask.
SPOKEN: dict[Topic, tuple[str, ...]] = {
    Topic.RECEIVABLE: (
        "How much do they still owe?",
        "Are they paid up?",
        "Do they have an outstanding balance?",
        "What have we billed that isn't paid?",
        "Any invoices past 60 days?",
        "Is this client current on its bills?",
        "How much are we owed and for how long?",
    ),
    Topic.HOURS: (
        "Are we over budget?",
        "How much budget do we have left on the return?",
        "How many hours did Priya put in?",
        "Time spent so far on the 1120-S?",
    ),
    Topic.REQUESTS: (
        "What are we still waiting for?",
        "What documents are we missing?",
        "Has the client sent everything?",
        "What does the client still owe us in documents?",
        "Which PBC items are open?",
        "Did they send the 1095-A?",
    ),
    Topic.DEADLINES: (
        "When is the return due?",
        "What's the next deadline?",
        "Did we extend the 1040?",
        "Is the 1065 on extension?",
        "When do we have to file?",
        "By when must the 1120 be filed?",
    ),
    Topic.TEAM: (
        "Who's the partner on this?",
        "Who is working on the return?",
        "Whose client is this?",
        "Who prepares the 1040?",
    ),
    Topic.OWNERS: (
        "Who owns this company?",
        "What percentage does Erik own?",
        "Who are the members?",
    ),
    Topic.CONTACTS: (
        "What's their phone number?",
        "Who do I call about this?",
        "Email of the client?",
        "How can I reach them?",
    ),
    Topic.FEES: (
        "What do we charge for the 1040?",
        "How much is the annual fee?",
        "What's the fixed fee on the close?",
    ),
    Topic.STAGE: (
        "How far along is the return?",
        "What stage is the 1120-S in?",
        "Did we file the 2024 return?",
        "What work is open?",
        "Is the return done?",
    ),
    Topic.LAST_MESSAGE: (
        "When did they last email us?",
        "What was their last message about?",
        "Have they replied?",
        "When did we last talk to them?",
    ),
    Topic.NOTICES: (
        "Any IRS notices?",
        "Is there an unanswered notice?",
        "Did they get a letter from the IRS?",
    ),
    Topic.SIGNALS: (
        "What should I worry about?",
        "What's at risk here?",
        "What needs doing?",
    ),
    Topic.TAX_ID: (
        "What's their EIN?",
        "Last four of the social?",
    ),
    Topic.LETTERS: (
        "Is the engagement letter back?",
        "Did they sign the engagement letter?",
    ),
    Topic.PROFILE: (
        "What kind of business is this?",
        "When did they become a client?",
        "What's their fiscal year end?",
        "Where is the client located?",
    ),
    Topic.DOCUMENTS: (
        "What files do we have?",
        "Do we have their W-9?",
        "Is the trial balance in?",
        "What's in the file?",
    ),
    Topic.BILLED: (
        "What have we billed this year?",
        "How much did we invoice them in 2025?",
        "What were the fees billed last year?",
    ),
    Topic.UNBILLED: (
        "How much unbilled time is there?",
        "What's our WIP?",
        "What have we not billed yet?",
    ),
    Topic.INVOICE: (
        "How much is invoice 20591 for?",
        "What was the amount of our bill no. 2026-014?",
        "Is invoice #1077 paid?",
    ),
    Topic.PAID: ("When did they last pay us?", "What was the date of their latest payment?", "Last payment?"),
    Topic.REALIZATION: ("What is our realization on the 1120-S?", "What did we realise? Realisation of the close?"),
    Topic.PROMISES: ("What did we promise?", "Which promises are open?", "What have they committed to?"),
    Topic.KNOWN: (
        "How does she like to be reached?",
        "Who decides about the purchases?",
        "When is the best time to call?",
        "Does he prefer mail or the phone?",
        "What do we know about their habits?",
    ),
}


def test_every_topic_is_asked_for_in_many_words() -> None:
    assert set(SPOKEN) == set(Topic)
    missed = [(topic, one) for topic, asked in SPOKEN.items() for one in asked if topic not in understand(one).topics]
    assert missed == []


@pytest.mark.parametrize(
    "question",
    [
        "What monthly rent does the lease provide for?",
        "When does the bank loan mature?",
        "What was revenue in 2025?",
        "What is the name of the patent attorney?",
        "Why was the Chapter 11 petition withdrawn?",
        "How much ordinary income is on the K-1 from Conoy Creek?",
        "What does the client pay for insurance?",
    ],
)
def test_a_question_about_papers_is_not_taken_for_one_about_records(question: str) -> None:
    assert understand(question).topics == ()


@pytest.mark.parametrize(
    ("question", "world", "said"),
    [
        ("What do they owe us?", snapshot(), "Lindqvist Cabinetry, Inc. has no invoices on record."),
        (
            "What do they owe us?",
            snapshot(invoices=(bill("1", date(2026, 1, 2), "10.00", paid="10.00"),)),
            "Lindqvist Cabinetry, Inc. owes us nothing: 1 invoice on record, none open.",
        ),
        ("Which requests are open?", snapshot(engagements=(RETURN,)), "Nothing is requested from the client on any open engagement."),
        (
            "Which requests are open?",
            snapshot(engagements=(RETURN,), requests=(item("W-9s", None, received=TODAY),)),
            "All 1 item that we requested came in.",
        ),
        (
            "Which requests are open on the 2025 Form 1120-S?",
            snapshot(engagements=(RETURN,), requests=(item("W-9s", None), replace(item("A deed", None), engagement_id=None))),
            "1 request item of 1 on the 2025 Form 1120-S (E1) still open.",
        ),
        (
            "Which requests are open?",
            snapshot(engagements=(RETURN,), requests=(item("W-9s", None), replace(item("A deed", None), engagement_id=None))),
            "2 request items of 2 still open.",
        ),
        (
            "How many hours are left?",
            snapshot(engagements=(RETURN,), time=(worked(date(2026, 2, 2), "22"),)),
            "2025 Form 1120-S (E1): 22 of 20 budget hours logged (110% of it), 2 hours over.",
        ),
        (
            "How many hours have we logged?",
            snapshot(engagements=(CLOSE,), time=(worked(date(2026, 2, 2), "1", on="E2"),)),
            "February 2026 close (E2): 1 hour logged, no budget hours on record.",
        ),
        (
            "Until when is the 1120-S extended?",
            snapshot(engagements=(replace(RETURN, extended_to=date(2026, 9, 15)),)),
            "2025 Form 1120-S (E1) is due September 15, 2026 (in 190 days). That is the extended date.",
        ),
    ],
)  # fmt: skip
def test_an_empty_or_finished_record_is_said_to_be_so(question: str, world: Snapshot, said: str) -> None:
    assert ask(question, world).startswith(said)


@pytest.mark.parametrize(
    "question",
    [
        "When is the 2019 Form 990 due?",
        "What is our fee for the audit?",
        "How many hours are left on the payroll work?",
    ],
)
def test_work_that_is_not_on_record_is_not_answered_with_other_work(question: str) -> None:
    assert claimed(question) == ()


def test_a_long_list_says_how_many_it_leaves_out() -> None:
    world = snapshot(invoices=tuple(bill(f"{n}", date(2026, 1, n), "10.00") for n in range(1, 12)))
    said = ask("Which invoices are open?", world)
    assert said.startswith("Lindqvist Cabinetry, Inc. owes us $110 on 11 open invoices.")
    assert said.endswith("- … and 3 more.")
    assert said.count("\n- Invoice") == 8


def test_an_identifying_number_is_never_said_whole() -> None:
    claims = claimed("What is the EIN?")
    assert "00-1234567" not in repr(claims)
    assert "4567" in claims[0].text


def test_notices_say_whether_their_dates_were_confirmed() -> None:
    paper = notice("CP2000", respond_by="2026-03-19", amount_due="4812.00")
    read = replace(paper, notice=Notice("n1", "IRS", "CP2000", date(2026, 2, 17), date(2026, 3, 19)))
    said = ask("Which notices are open?", snapshot(documents=(read,)))
    assert said == (
        "CP2000 from IRS of February 17, 2026 is open, answer by March 19, 2026 (in 10 days), it asks for $4,812 (Notices/n.pdf). "
        "The dates are read from the page and not yet confirmed."
    )
    moved = replace(paper, notice=Notice("n1", "IRS", "CP2000", date(2026, 2, 17), date(2026, 4, 2), confirmed=True))
    said = ask("Which notices are open?", snapshot(documents=(moved,)))
    assert "answer by April 2, 2026 (in 24 days)" in said
    assert "not yet confirmed" not in said
    answered = replace(paper, notice=Notice("n1", "IRS", "CP2000", state="answered"))
    assert ask("Any open notices?", snapshot(documents=(answered,))) == "No notice is open; 1 notice on file."


def test_documents_are_counted_by_kind_or_listed_by_the_kind_that_is_asked_for() -> None:
    received = datetime(2026, 2, 3, 15, tzinfo=UTC)
    papers = (
        replace(document("Leases/shop.pdf", "lease"), received_at=received),
        document("Tax/k1.pdf", "k-1"),
        replace(document("Tax/copy of k1.pdf", "k-1"), duplicate_of="Tax/k1.pdf"),
    )
    world = snapshot(documents=papers)
    assert ask("How many documents are on file?", world) == "The file holds 2 documents: 1 k-1 and 1 lease."
    assert ask("Do we have a copy of the lease?", world) == "- Leases/shop.pdf (lease), received February 3, 2026."
    assert claimed("Do we have the loan agreement?", world) == ()


def test_what_the_scan_raised_is_told_in_its_order() -> None:
    proof = RETURN.evidence("due")
    raised = (
        Raised("sig_1", "A", "CP2000 wants an answer by March 19, 2026.", date(2026, 3, 19), (proof,)),
        Raised("sig_2", "C", "2025 Form 1120-S is over budget", None, ()),
    )
    said = ask("What needs attention?", raised=raised, scanned_on=date(2026, 3, 8))
    assert said == (
        "The scan of March 8, 2026 raised 2 open signals.\n"
        "- CP2000 wants an answer by March 19, 2026 (class A, due March 19, 2026).\n"
        "- 2025 Form 1120-S is over budget (class C)."
    )
    assert (
        ask("What needs attention?", scanned_on=date(2026, 3, 8))
        == "The scan of March 8, 2026 raised nothing that is open."
    )
