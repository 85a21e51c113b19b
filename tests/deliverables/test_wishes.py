"""What rules make of a reviewer's note: four kinds of wishes, and everything else handed back word for word."""

from datetime import date

import pytest

from workspace.deliverables.model import Section
from workspace.deliverables.wishes import Wishes, leave_out, read_notes

MARCH = date(2026, 3, 25)


@pytest.mark.parametrize(
    ("note", "wishes"),
    [
        ("shorter", Wishes(short=True)),
        ("Too long. Make it warmer.", Wishes(short=True, warm=True)),
        ("Please use March 25, 2026 as the date", Wishes(reply_by=MARCH)),
        ("Shorter, and ask by March 25, 2026", Wishes(short=True, reply_by=MARCH)),
        ("leave out the paragraph about the lease", Wishes(leave_out=("lease",))),
        ("Drop “Form 8825 worksheet” and make it friendlier", Wishes(warm=True, leave_out=("Form 8825 worksheet",))),
        ("Leave the second item out", Wishes(leave_out=("second",))),
        ("Why is it so short?", Wishes(unmet=("Why is it so short?",))),
        ("Do not leave out the lease", Wishes(unmet=("Do not leave out the lease",))),
        ("The short bond fund is missing from the list of what we need", None),
        ("Ask by Friday", Wishes(unmet=("Ask by Friday",))),
        ("between March 20, 2026 and March 25, 2026", None),
        ("", Wishes()),
    ],
)
def test_a_note_is_read(note: str, wishes: Wishes | None) -> None:
    assert read_notes([note]) == (wishes if wishes is not None else Wishes(unmet=(note,)))


def test_the_later_date_wins() -> None:
    assert read_notes(["by March 20, 2026", "by March 25, 2026"]).reply_by == MARCH


LETTER = (
    Section("Opening", "Dear Anna,\n\nThank you. The lease was renewed. We go on."),
    Section("History", "The lease began in 2020."),
    Section("Still open", "These are missing:\n\n- Lease, due March 5, 2026\n- Bank statements"),
    Section("Closing", "Pat Alder"),
)


@pytest.mark.parametrize(
    ("phrase", "gone", "kept"),
    [
        ("History", ["began in 2020"], ["The lease was renewed.", "- Lease, due"]),
        ("the lease was renewed", ["The lease was renewed."], ["Thank you. We go on.", "began in 2020"]),
        ("Bank statements", ["- Bank statements"], ["- Lease, due March 5, 2026", "These are missing:"]),
        ("Closing", [], ["Pat Alder"]),
        ("nothing of the kind", [], ["The lease was renewed."]),
    ],
)
def test_what_speaks_of_it_is_left_out(phrase: str, gone: list[str], kept: list[str]) -> None:
    sections, said = leave_out(LETTER, phrase)
    whole = "\n".join(one.markdown for one in sections)
    assert bool(said) is bool(gone)
    for one in gone:
        assert one not in whole
    for one in kept:
        assert one in whole


def test_a_list_without_items_loses_its_lead_and_a_table_keeps_its_rows() -> None:
    [section], _ = leave_out([Section("x", "Before.\n\nThese are missing:\n\n- The lease\n\nAfter.")], "lease")
    assert section.markdown == "Before.\n\nAfter."
    table = Section("x", "| Invoice | Open |\n|---|---|\n| 7 | $5.00 |\n| Total | $5.00 |")
    assert leave_out([table], "7") == ((table,), "")
