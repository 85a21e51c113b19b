"""The kinds of the practice and of law, each from a small snapshot: figures traced, what is missing named, the right reader."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from store.errors import Invalid
from tests.deliverables.test_kinds import client, drafted, gathered, text
from tests.signals.builders import TODAY, bill, document, engagement, item, mail, only, worked
from workspace.deliverables.compose import compose, template_writer
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.occasions import DueDraft, due_drafts
from workspace.deliverables.templates import load
from workspace.evidence import RecordEvidence
from workspace.signals.signal import Signal
from workspace.snapshot import EnteredDeadline, Known, Note, Party, Snapshot, Task, TrustEntry, TrustLedger

TO_ANNA, TO_PAT = ("Anna Lindqvist <anna@client.example>",), ("Pat Alder <pat@firm.example>",)
DONE = engagement("E1", stage="done", finished_on=date(2026, 2, 20), fee=Decimal("900.00"))
HOURLY = engagement("E2", "advisory", title="Advice on the lease", fee_type="hourly", fee=Decimal(5000))
BOARDING = engagement(
    "E9",
    "onboarding",
    title="Onboarding",
    started_on=date(2026, 2, 2),
    letter_sent_on=date(2026, 2, 3),
    fee=Decimal(1400),
)
MATTER = engagement(
    "M1",
    "matter",
    title="Claim on the delivery",
    fee_type="hourly",
    owner_id="p",
    started_on=date(2026, 1, 12),
    letter_sent_on=date(2026, 1, 8),
    letter_signed_on=date(2026, 1, 12),
)
OPPONENT = Party("y2", MATTER.id, "Granger Loft Associates, LP", "opponent", ("Granger Lofts",))
LIMIT = EnteredDeadline("d1", "Statute of limitations", date(2026, 5, 23), "42 Pa. C.S. §5525", MATTER.id, True)
ANSWER = EnteredDeadline(
    "d2", "Answer to the complaint", date(2026, 3, 16), "FRCP 12(a)", MATTER.id, False, "frcp-answer", date(2026, 2, 22)
)
RETAINER = TrustEntry("e1", date(2026, 1, 19), Decimal("5000.00"), "Retainer received")
LEDGER = TrustLedger(
    "l1",
    MATTER.id,
    Decimal("4700.00"),
    date(2026, 1, 31),
    (RETAINER, TrustEntry("e2", date(2026, 1, 28), Decimal("-405.00"), "Filing fee")),
)
PAPER = document(
    "Claim on the delivery/Invoice 77.pdf",
    "invoice",
    vendor="Lindqvist Cabinetry, Inc.",
    number="77",
    date="2025-11-03",
    due="2025-12-03",
    total="8400.00",
)
MET = Note(
    "n1",
    date(2026, 3, 4),
    "p",
    "Met with Anna Lindqvist. We agreed to keep the calendar year. Anna will send the bank statements by March 13. "
    "I will call the lender by March 11. Prefers mail over phone.",
)


def law(**parts: Any) -> Snapshot:
    known: dict[str, Any] = {
        "engagements": (MATTER,),
        "parties": (Party("y1", MATTER.id, "Anna Lindqvist", "client"), OPPONENT),
        "entered": (ANSWER, LIMIT),
        "trust": (LEDGER,),
        "documents": (PAPER,),
        "time": (worked(date(2026, 2, 25), "2.5", "M1", rate="310"),),
        "notes": (Note("n2", date(2026, 3, 3), "p", "Spoke with the client about Claim on the delivery."),),
        "messages": (mail("m1", "in", date(2026, 2, 24), "Granger Lofts wrote again."),),
    }
    return client(**(known | parts))


FITTING: dict[str, tuple[Snapshot, str, Sequence[str]]] = {
    "demand-letter": (law(), "B", (OPPONENT.name,)),
    "handover-memo": (law(notes=(MET,)), "D", ()),
    "invoice-draft": (client(engagements=(DONE,), time=(worked(date(2026, 2, 3), "12"),)), "C", TO_ANNA),
    "matter-chronology": (law(), "C", TO_PAT),
    "matter-status": (law(), "B", TO_ANNA),
    "meeting-minutes": (client(notes=(MET,)), "C", TO_ANNA),
    "onboarding-pack": (
        client(
            engagements=(BOARDING, DONE),
            tasks=(Task("t1", BOARDING.id, "Bank access set up", "s", date(2026, 3, 18)),),
            requests=(item("Articles of incorporation", date(2026, 3, 20), "E9"),),
        ),
        "C",
        TO_ANNA,
    ),
    "trust-statement": (law(), "B", TO_ANNA),
    "write-off-proposal": (client(engagements=(HOURLY,), time=(worked(date(2025, 12, 1), "3", "E2"),)), "C", TO_PAT),
}


@pytest.mark.parametrize("slug", FITTING)
def test_each_is_drafted_with_every_figure_traced_for_its_reader(slug: str) -> None:
    what, cls, recipients = FITTING[slug]
    draft = drafted(slug, what)
    for other in (draft, drafted(slug, what, short=True), drafted(slug, what, warm=True)):
        assert (other.cls, tuple(other.recipients)) == (cls, tuple(recipients))
    assert draft.checks and draft.unseen
    assert {mark["status"] for mark in draft.tickmarks} <= {"tied", "derived"}


MISSING: list[tuple[str, Snapshot, str]] = [
    ("demand-letter", client(), "no open matter"),
    ("demand-letter", law(parties=()), "has no opponent"),
    ("demand-letter", law(documents=()), "nothing on file states what Granger Loft Associates, LP owes"),
    ("invoice-draft", client(), "nothing of Lindqvist Cabinetry, Inc. is to be billed"),
    ("invoice-draft", client(engagements=(DONE,), invoices=(bill("7", TODAY, "900.00", on="E1"),)), "is to be billed"),
    ("matter-chronology", client(engagements=(DONE,)), "no open matter"),
    ("matter-status", client(engagements=(DONE,)), "no open matter"),
    ("meeting-minutes", client(), "no meeting or call"),
    ("meeting-minutes", client(notes=(replace(MET, text="Spoke with Anna. Nothing new."),)), "names no decision"),
    ("onboarding-pack", client(engagements=(DONE,)), "no open onboarding"),
    ("trust-statement", law(trust=()), "holds no money in trust"),
    ("write-off-proposal", client(engagements=(HOURLY,), time=(worked(TODAY, "3", "E2"),)), "nothing to write off"),
]


@pytest.mark.parametrize(("slug", "what", "said"), MISSING)
def test_what_is_missing_is_named(slug: str, what: Snapshot, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        KINDS[slug].occasion(what, TODAY, None)


def test_an_onboarding_without_a_checklist_has_no_pack() -> None:
    with pytest.raises(Invalid, match="has no checklist"):
        gathered("onboarding-pack", client(engagements=(BOARDING,)))


def derived(slug: str, what: Snapshot) -> dict[str, str]:
    draft = drafted(slug, what)
    return {m["text"]: m["evidence"]["formula"] for m in draft.tickmarks if m["status"] == "derived"}


def test_a_fixed_fee_is_billed_less_what_was_billed() -> None:
    before = replace(bill("41", date(2026, 2, 14), "300.00", on="E1"))
    what = client(engagements=(DONE,), invoices=(before,), time=(worked(date(2026, 2, 3), "12"),))
    assert derived("invoice-draft", what)["$600.00"] == "difference(900.00, 300.00) = 600.00"
    said = text(drafted("invoice-draft", what), "invoice-draft")
    assert "Written down to the fee" in said and "within 30 days" in said


def test_a_write_up_is_told_to_the_reviewer_and_not_to_the_client() -> None:
    draft = drafted("invoice-draft", client(engagements=(DONE,), time=(worked(date(2026, 2, 3), "5"),)))
    assert any(one.startswith("Written up by $400.00: the fee is 180% of the time") for one in draft.checks)
    assert "Written" not in text(draft, "invoice-draft")


def test_work_that_goes_on_is_billed_by_its_instalment() -> None:
    close = engagement("E3", "monthly-close", title="Monthly close", fee=Decimal(12000))
    bills = tuple(bill(n, date(2026, int(m), 28), "1000.00", on="E3") for n, m in (("1", "1"), ("2", "2")))
    said = text(drafted("invoice-draft", client(engagements=(close,), invoices=bills)), "invoice-draft")
    assert "the next instalment, as on invoice 2" in said
    assert "$10,000.00" not in said


def test_hourly_work_is_billed_at_its_unbilled_time() -> None:
    entries = (worked(date(2026, 2, 3), "2", "E2"), replace(worked(date(2026, 2, 4), "3", "E2"), billable=False))
    found = derived("invoice-draft", client(engagements=(HOURLY,), time=entries))
    assert found["$200.00"] == "product(100.00, 2) = 200.00"


def test_a_fee_that_is_not_the_letters_is_the_first_check() -> None:
    letter = document("Tax/Engagement letter - 2025 Form 1120-S.pdf", "engagement-letter", fee="1100.00")
    draft = drafted("invoice-draft", client(engagements=(DONE,), documents=(letter,)))
    assert "says $1,100.00, the record $900.00" in draft.checks[0]


def test_a_write_off_proposes_what_the_fee_leaves() -> None:
    entries = (worked(date(2025, 12, 1), "10"),)
    for fee, said in (("5000", "propose to bill it"), ("600", "bill what the fee leaves")):
        work = engagement("E1", fee=Decimal(fee))
        assert said in text(
            drafted("write-off-proposal", client(engagements=(work,), time=entries)), "write-off-proposal"
        )
    paid = bill("9", date(2025, 11, 20), "600.00", on="E1")
    what = client(engagements=(engagement("E1", fee=Decimal(600)),), time=entries, invoices=(paid,))
    assert "propose to write it off" in text(drafted("write-off-proposal", what), "write-off-proposal")


def test_the_consent_is_the_firms_own_text_word_for_word(tmp_path: Path) -> None:
    facts = gathered("onboarding-pack", FITTING["onboarding-pack"][0])
    ours = compose(facts, template_writer("onboarding-pack")(facts)).sections[-1]
    assert ours.title == "Consent" and "Taxpayer: Lindqvist Cabinetry, Inc." in ours.markdown
    assert "Consent" in KINDS["onboarding-pack"].fixed
    (tmp_path / "legal").mkdir()
    (tmp_path / "legal" / "consent-7216.md").write_text(
        '+++\napproved = "Pat"\n+++\nWe ask under IRC §7216 for {{ client }}.\n'
    )
    own = compose(facts, template_writer("onboarding-pack", tmp_path)(facts))
    assert own.sections[-1].markdown == "We ask under IRC §7216 for Lindqvist Cabinetry, Inc."
    assert own.untied == 0
    assert load("onboarding-pack").version != load("onboarding-pack", tmp_path).version


def test_a_clause_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demand-letter.md").write_text("+++\nversion = '1'\n+++\n## Demand\n\n{# clause: no-such-text #}\n")
    with pytest.raises(Invalid, match="no legal text no-such-text"):
        load("demand-letter", tmp_path)


def test_minutes_keep_remarks_in_the_file() -> None:
    draft = drafted("meeting-minutes", client(notes=(MET,)))
    said = text(draft, "meeting-minutes")
    assert "keep the calendar year" in said and "Prefers mail" not in said
    assert any("“Prefers mail over phone.”" in one for one in draft.checks)
    assert "March 13, 2026" in said and "March 11, 2026" in said and "- Pat Alder, for us" in said


def test_a_trust_statement_foots_and_asks_for_what_is_missing() -> None:
    draft = drafted("trust-statement", law())
    said = text(draft, "trust-statement")
    assert "we hold $4,595.00." in said and "Please send $880.00" in said
    found = {m["text"]: m["evidence"]["formula"] for m in draft.tickmarks if m["status"] == "derived"}
    assert found["$4,595.00"] == "sum(5000.00, -405.00) = 4595.00"
    assert found["$880.00"] == "difference(4700.00, 3820.00) = 880.00"


def test_a_ledger_below_zero_is_class_a_and_restored_first() -> None:
    below = replace(LEDGER, entries=(RETAINER, TrustEntry("e2", date(2026, 2, 28), Decimal("-6000.00"), "Paid out")))
    draft = drafted("trust-statement", law(trust=(below,)))
    assert draft.cls == "A" and draft.checks[0].startswith("The ledger is below zero")
    assert draft.checks[1].startswith("Reconcile first")
    assert "Please send" not in text(draft, "trust-statement")


def test_a_status_counts_court_days_again_and_asks_for_the_second_person() -> None:
    draft = drafted("matter-status", law())
    assert derived("matter-status", law())["March 16, 2026"].startswith("due(frcp-answer")
    assert draft.checks[0].startswith("“Answer to the complaint” was entered by one person")
    assert "42 Pa. C.S. §5525" in text(draft, "matter-status")


def test_a_chronology_cites_the_page_and_marks_what_is_privileged() -> None:
    said = text(drafted("matter-chronology", law()), "matter-chronology")
    assert "Claim on the delivery/Invoice 77.pdf, p. 1" in said
    assert said.count("(privileged)") == 2
    assert "November 3, 2025" in said


def test_a_demand_rests_on_papers_and_never_on_the_clients_mail() -> None:
    draft = drafted("demand-letter", law())
    said = text(draft, "demand-letter")
    assert "payment of $8,400.00" in said and "Invoice 77.pdf, p. 1" in said
    assert "wrote again" not in said and "all of which are reserved" in said
    theirs = document("Claim on the delivery/Bill.pdf", "invoice", vendor="Granger Lofts", number="9", total="500.00")
    with pytest.raises(Invalid, match="nothing on file states"):
        gathered("demand-letter", law(documents=(theirs,)))  # that is what the client owes
    noted = law(documents=(), notes=(Note("n3", TODAY, "p", "Demand $9,100 in Claim on the delivery."),))
    assert "payment of $9,100.00" in text(drafted("demand-letter", noted), "demand-letter")


def known(day_over: date | None = None) -> Known:
    proof = RecordEvidence("note:n1", "text", "Prefers mail over phone.")
    return Known("k1", "channel", "Prefers mail over phone.", TODAY, "Pat Alder", proof, TODAY, day_over, "p")


@pytest.mark.parametrize("slug", ["handover-memo", "meeting-brief"])
def test_what_people_know_is_printed_with_its_source_while_it_holds(slug: str) -> None:
    said = text(drafted(slug, client(knowledge=(known(),))), slug)
    assert "- Prefers mail over phone. (Pat Alder, March 9, 2026)" in said
    assert "Prefers mail" not in text(drafted(slug, client(knowledge=(known(TODAY),))), slug)
    aside = replace(known(), accepted_by="")
    assert "Prefers mail" not in text(drafted(slug, client(knowledge=(aside,))), slug)


def test_a_handover_says_what_nobody_has_accepted() -> None:
    draft = drafted("handover-memo", client(notes=(MET,)))
    assert any("One remark" in one and "tickmark knowledge C1" in one for one in draft.unseen)


def test_what_the_night_drafts_by_itself() -> None:
    def due(*signals: Signal) -> set[tuple[str, str]]:
        return {(one.slug, one.occasion) for one in due_drafts(signals, TODAY)}

    finished = only(client(engagements=(DONE,)), "done-not-billed")
    aged = client(engagements=(HOURLY,), time=(worked(date(2025, 12, 1), "3", "E2"),))
    assert due(finished) == {("invoice-draft", "bill:E1@2026-03")}
    assert due(only(aged, "wip-aged")) == {("write-off-proposal", "write-off:E2@2026-03")}
    both = client(engagements=(DONE,), time=(worked(date(2025, 12, 1), "3"),))
    assert due(only(both, "wip-aged"), only(both, "done-not-billed")) == due(finished)
    stalled = only(FITTING["onboarding-pack"][0], "onboarding-stalled")
    assert DueDraft("onboarding-pack", "onboarding:E9", "E9") in due_drafts([stalled], TODAY)
    assert due(only(law(), "trust-low")) == {("trust-statement", "trust:l1@2026-03")}


def test_every_signal_that_calls_for_one_of_these_can_be_drafted_from_its_occasion() -> None:
    for what, slug in (
        (client(engagements=(DONE,)), "done-not-billed"),
        (FITTING["write-off-proposal"][0], "wip-aged"),
        (FITTING["onboarding-pack"][0], "onboarding-stalled"),
        (law(), "trust-low"),
    ):
        for one in due_drafts([only(what, slug)], TODAY):
            assert KINDS[one.slug].gather(what, TODAY, one.occasion).facts
