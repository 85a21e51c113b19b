"""What was found wrong when each kind was read beside its sources on the sample firm: an old statement that looked new, minutes that did
not say what they were about, a close report before the close, a date of an extended return that was not in the calendar.
"""

from dataclasses import replace
from datetime import date

from tests.deliverables.test_kinds import client, drafted, text
from tests.deliverables.test_more_kinds import CLOSE, MONTHS, WORLDS, statement
from tests.signals.builders import TODAY, engagement
from workspace.snapshot import Contact, Note, Task

OLD = (
    statement(date(2025, 10, 31), "61400.00", "45000.00"),
    statement(date(2025, 11, 30), "45000.00", "30000.00"),
    statement(date(2025, 12, 31), "30000.00", "11900.00"),
)
SUIT = engagement("M1", "matter", title="Suit over the studio lease")
CORINNE = Contact("c", "Corinne Calloway", "corinne@mail.example", is_primary=True)
MET = Note(
    "n1", date(2026, 3, 4), "p", "Met with Corinne about Suit over the studio lease. Decided to answer the complaint."
)


def test_a_runway_note_says_how_old_its_statements_are() -> None:
    fresh = text(drafted("runway-note", WORLDS["runway-note"]), "runway-note")
    assert "The thirteen weeks are counted from February 28, 2026, 9 days before this note.\n" in fresh
    draft = drafted("runway-note", client(documents=OLD))
    old = text(draft, "runway-note")
    assert "counted from December 31, 2025, 68 days before this note: those that lie before today are over" in old
    assert "Please send the bank statements since then" in old and "Please send" not in fresh
    assert draft.checks[0].startswith("The oldest bank statement is 68 days old") and not draft.untied


def test_a_close_report_of_a_month_that_is_not_reconciled_says_so_to_its_reviewer() -> None:
    step = Task("k", "id-E9", "February reconciliations", "s", date(2026, 3, 13))
    before = drafted("close-report", client(engagements=(CLOSE,), documents=MONTHS, tasks=(step,)))
    assert before.checks[0] == "“February reconciliations” is not done: the figures of this period may still change"
    done = replace(step, status="done", done_on=TODAY)
    after = drafted("close-report", client(engagements=(CLOSE,), documents=MONTHS, tasks=(done,)))
    assert not any("is not done" in one for one in after.checks)


def test_minutes_say_what_they_are_about() -> None:
    draft = drafted("meeting-minutes", client(engagements=(SUIT,), contacts=(CORINNE,), notes=(MET,)))
    said = text(draft, "meeting-minutes")
    assert said.startswith("Privileged and confidential: attorney-client communication")
    assert "Re: our conversation of March 4, 2026, Suit over the studio lease" in said
    assert draft.title.endswith(", Suit over the studio lease") and not draft.untied


def test_minutes_of_no_named_work_have_the_day_for_a_subject() -> None:
    note = replace(MET, text="Met with Corinne. Decided to answer the complaint.")
    draft = drafted("meeting-minutes", client(engagements=(SUIT,), contacts=(CORINNE,), notes=(note,)))
    said = text(draft, "meeting-minutes")
    assert "Re: our conversation of March 4, 2026\n" in said and "Privileged" not in said


def test_a_handover_has_the_date_of_an_extended_return() -> None:
    extended = engagement("E1", due=date(2026, 3, 16), extended_to=date(2026, 9, 15))
    said = text(drafted("handover-memo", client(engagements=(extended,))), "handover-memo")
    assert "September 15, 2026" in said and "No date" not in said
    assert (date(2026, 9, 15) - TODAY).days > 180
