"""E-filing and signatures: rejected, unanswered, unsigned, the payment with an extension, the refund claim that closes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import blind, document, engagement, item, only, raised, snapshot, worked
from workspace.signals import resolve
from workspace.signals.filing_log import form_of
from workspace.snapshot import Document, RequestItem, Snapshot, Task

MARCH_16, APRIL_15 = date(2026, 3, 16), date(2026, 4, 15)


def log(*rows: tuple[str, str, str, str], path: str = "E-file/status.csv") -> Document:
    """Rows of (form, tax year, status, day), "" for what the report does not say."""
    names = ("form", "tax_year", "status", "date")
    facts = [{name: value for name, value in zip(names, row, strict=True) if value} for row in rows]
    return document(path, "acknowledgements", "E-file report", facts)


def of(*rows: tuple[str, str, str, str], **fields: Any) -> Snapshot:
    return snapshot(engagements=(engagement(**fields),), documents=(log(*rows),))


@pytest.mark.parametrize(
    ("written", "form"),
    [("Form 1120S", "1120-S"), ("1040", "1040"), ("1099 NEC", "1099-NEC"), ("Form 941", "941"), ("PA-3", "PA-3")],
)
def test_a_form_is_named_as_the_table_names_it(written: str, form: str) -> None:
    assert form_of(written) == form


# A business return may be sent again within 10 days, an individual one within 5; the return's own later date counts.
@pytest.mark.parametrize(
    ("rows", "fields", "due"),
    [
        ([("1120-S", "2025", "Rejected", "2026-03-07")], {}, date(2026, 3, 17)),
        ([("1120-S", "2025", "Rejected", "2026-03-05")], {}, MARCH_16),  # March 15 is before the return's date
        ([("1040", "2025", "Rejected", "2026-03-05")], {"template": "1040"}, APRIL_15),
        (
            [("1040", "2024", "Rejected", "2026-03-05")],
            {"template": "1040"},
            date(2026, 3, 10),
        ),  # another year's return
        ([("1120-S", "2025", "Reject", "")], {}, MARCH_16),
    ],
)
def test_rejected(rows: list[tuple[str, str, str, str]], fields: dict[str, Any], due: date) -> None:
    assert only(of(*rows, **fields), "efile-rejected").due == due


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([("1120-S", "2025", "Rejected", "2026-03-05"), ("1120-S", "2025", "Accepted", "2026-03-06")], {}),
        ([("1120-S", "2025", "Accepted", "2026-03-05"), ("1120-S", "2025", "Rejected", "2026-03-05")], {}),
        ([("1120-S", "2025", "Rejected", "2026-03-05")], {"filed_on": date(2026, 3, 8), "stage": "filed"}),
        ([("1120-S", "2025", "Rejected", "2025-11-08")], {}),  # 121 days ago
        ([("1120-S", "2025", "Accepted", "2026-03-05")], {}),
    ],
)
def test_rejected_and_settled(rows: list[tuple[str, str, str, str]], fields: dict[str, Any]) -> None:
    assert raised(of(*rows, **fields), "efile-rejected") == []


def test_a_rejection_without_a_day_or_a_return_is_told() -> None:
    what = snapshot(documents=(log(("1040", "2024", "Rejected", "")),))
    assert raised(what, "efile-rejected") == []
    assert any("until when the rejected 2024 Form 1040" in spot.what for spot in blind(what))


def test_quarters_of_form_941_are_not_one_return() -> None:
    what = snapshot(
        documents=(log(("941", "2025", "Rejected", "2025-11-20"), ("941", "2025", "Accepted", "2026-01-28")),)
    )
    assert only(what, "efile-rejected").due == date(2025, 11, 30)


@pytest.mark.parametrize(
    ("sent", "fires"),
    [("2026-03-06", True), ("2026-03-07", False), ("2026-02-07", True), ("2026-02-06", False)],
)
def test_sent_and_not_answered_within_48_hours(sent: str, fires: bool) -> None:
    found = raised(of(("1120-S", "2025", "Transmitted", sent)), "efile-unacknowledged")
    assert [one.due for one in found] == ([date.fromisoformat(sent) + timedelta(days=2)] if fires else [])


def test_an_answer_of_the_same_day_is_an_answer() -> None:
    rows = [("1120-S", "2025", "Accepted", "2026-03-05"), ("1120-S", "2025", "Sent", "2026-03-05")]
    assert raised(of(*rows), "efile-unacknowledged") == []


@pytest.mark.parametrize(
    ("newest", "fires", "told"),
    [("2026-03-08", True, False), ("2026-03-04", False, True)],  # filed March 4: the report must be newer than March 6
)
def test_filed_by_the_record_and_not_in_the_report(newest: str, fires: bool, told: bool) -> None:
    what = of(("1040", "2025", "Accepted", newest), filed_on=date(2026, 3, 4), stage="filed")
    assert bool(raised(what, "efile-unacknowledged")) is fires
    assert any("was accepted" in spot.what for spot in blind(what)) is told


def test_a_client_without_any_report_is_not_asked() -> None:
    what = snapshot(engagements=(engagement(filed_on=date(2026, 3, 4), stage="filed"),))
    assert raised(what, "efile-unacknowledged") == [] and blind(what) == ()


def asked(sent: date | None, received: date | None = None, name: str = "Signed Form 8879") -> RequestItem:
    return RequestItem("i-1", "id-E1", name, sent, None, received)


@pytest.mark.parametrize(
    ("sent", "fields", "fires"),
    [
        (date(2026, 3, 6), {}, True),  # three days
        (date(2026, 3, 7), {}, False),
        (date(2026, 3, 6), {"stage": "filed"}, False),
        (date(2026, 3, 8), {"period_end": date(2025, 11, 30), "extended_to": date(2026, 3, 11)}, True),  # the hard stop
    ],
)
def test_a_signature_is_out(sent: date, fields: dict[str, Any], fires: bool) -> None:
    what = snapshot(engagements=(engagement(**fields),), requests=(asked(sent),))
    assert bool(raised(what, "esign-out")) is fires


def test_the_hard_stop_and_what_is_no_signature() -> None:
    what = snapshot(engagements=(engagement(),), requests=(asked(date(2026, 3, 2)),))
    signal = only(what, "esign-out")
    assert (signal.due, signal.subject, signal.waits_on_client) == (
        date(2026, 3, 12),
        "E1",
        True,
    )  # two business days before
    received = snapshot(engagements=(engagement(),), requests=(asked(date(2026, 3, 2), date(2026, 3, 3)),))
    assert raised(received, "esign-out") == []
    organizer = snapshot(engagements=(engagement(),), requests=(item("Signed organizer", date(2026, 3, 2)),))
    assert raised(organizer, "esign-out") == []


def test_a_letter_is_out_only_before_work_begins() -> None:
    letter = engagement(template="advisory", letter_sent_on=date(2026, 3, 2))
    signal = only(snapshot(engagements=(letter,)), "esign-out")
    assert (signal.due, signal.deliverable_slug) == (date(2026, 3, 9), None)
    begun = snapshot(engagements=(letter,), time=(worked(date(2026, 3, 3), "1"),))
    assert raised(begun, "esign-out") == [] and raised(begun, "letter-unsigned") != []


def test_a_signature_request_without_a_day_is_told() -> None:
    what = snapshot(engagements=(engagement(),), requests=(asked(None),))
    assert raised(what, "esign-out") == []
    assert any("waits for a signature" in spot.what for spot in blind(what))


def task(title: str, done: date | None = None) -> Task:
    return Task("t1", "id-E1", title, "s", None, "done" if done else "open", None, done)


def fiscal(*tasks: Task, documents: tuple[Document, ...] = (), **fields: Any) -> Snapshot:
    """A corporation whose year ended in November: due March 16."""
    year: dict[str, Any] = {"period_start": date(2024, 12, 1), "period_end": date(2025, 11, 30)}
    return snapshot(engagements=(engagement(template="1120", **year, **fields),), tasks=tasks, documents=documents)


def schedule(*rows: dict[str, str]) -> Document:
    return document("Estimates.csv", "estimate-schedule", "", list(rows))


@pytest.mark.parametrize(
    ("what", "today", "fires"),
    [
        (fiscal(task("File Form 7004")), date(2026, 3, 9), True),
        (fiscal(task("File Form 7004")), date(2026, 3, 2), True),  # ten business days before March 16
        (fiscal(task("File Form 7004")), date(2026, 3, 1), False),
        (fiscal(task("File Form 7004")), date(2026, 3, 17), False),
        (fiscal(extended_to=date(2026, 9, 15)), date(2026, 3, 9), True),
        (fiscal(), date(2026, 3, 9), False),
        (
            fiscal(task("Compute the extension payment", date(2026, 3, 5)), extended_to=date(2026, 9, 15)),
            date(2026, 3, 9),
            False,
        ),
        (fiscal(task("File Form 7004"), stage="filed"), date(2026, 3, 9), False),
        (
            fiscal(
                task("File Form 7004"), documents=(schedule({"form": "7004", "due": "2026-03-16", "amount": "900.00"}),)
            ),
            date(2026, 3, 9),
            False,
        ),
        (
            fiscal(
                task("File Form 7004"),
                documents=(schedule({"tax_year": "2024", "due": "2026-03-16", "amount": "900.00"}),),
            ),
            date(2026, 3, 9),
            False,
        ),
    ],
)
def test_the_payment_with_an_extension(what: Snapshot, today: date, fires: bool) -> None:
    assert bool(raised(what, "extension-payment", today)) is fires


def test_the_payment_is_due_when_the_return_is() -> None:
    signal = only(fiscal(task("File Form 7004"), extended_to=date(2026, 9, 15)), "extension-payment")
    assert (signal.due, signal.nominal_due, signal.dollars) == (MARCH_16, date(2026, 3, 15), None)
    partnership = snapshot(engagements=(engagement(extended_to=date(2026, 9, 15)),))
    assert raised(partnership, "extension-payment") == []  # an S corporation passes its income on


def claim(year: int, **fields: Any) -> Any:
    period: dict[str, Any] = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
    return engagement("X", "advisory", title=f"{year} Form 1040-X, claim for refund", **(period | fields))


def amended(year: int, filed: str, *documents: Document, **fields: Any) -> Snapshot:
    papers = (log(("1040", str(year), "Accepted", filed)), *documents) if filed else documents
    return snapshot(engagements=(claim(year, **fields),), documents=papers)


# Filed early counts as filed on April 15; 180 days ahead of it.
@pytest.mark.parametrize(
    ("year", "filed", "today", "due"),
    [
        (2022, "2023-03-20", date(2026, 3, 9), APRIL_15),
        (2022, "2023-10-12", date(2026, 4, 16), date(2026, 10, 13)),  # October 12 is Columbus Day
        (2022, "2023-03-20", date(2025, 10, 17), APRIL_15),
        (2022, "2023-03-20", date(2025, 10, 16), None),
        (2022, "2023-03-20", date(2026, 10, 12), APRIL_15),
        (2022, "2023-03-20", date(2026, 10, 13), None),
        (2023, "2024-03-20", date(2026, 3, 9), None),
    ],
)
def test_a_refund_claim_closes(year: int, filed: str, today: date, due: date | None) -> None:
    found = raised(amended(year, filed), "refund-claim-closing", today)
    assert [one.due for one in found] == ([due] if due else [])


def test_a_later_payment_keeps_part_of_the_claim_open() -> None:
    paid = schedule({"tax_year": "2022", "due": "2024-05-01", "amount": "800.00", "paid_on": "2024-06-03"})
    assert only(amended(2022, "2023-03-20", paid), "refund-claim-closing").due == date(2026, 6, 3)


def test_a_claim_without_a_filing_date_is_told_and_a_filed_one_is_quiet() -> None:
    unknown = amended(2022, "")
    assert raised(unknown, "refund-claim-closing") == []
    assert any("can claim a refund" in spot.what for spot in blind(unknown))
    assert raised(amended(2022, "2023-03-20", stage="filed"), "refund-claim-closing") == []


def test_the_firms_record_of_the_original_wins_and_thresholds_are_the_firms() -> None:
    original = engagement("O", "1040", period_start=date(2022, 1, 1), period_end=date(2022, 12, 31), stage="done")
    filed = snapshot(engagements=(claim(2022), original), documents=(log(("1040", "2022", "Accepted", "2023-03-20")),))
    assert only(filed, "refund-claim-closing").due == APRIL_15
    assert raised(filed, "refund-claim-closing", settings=resolve({"refund-claim-closing": {"days": 30}})) == []
    assert only(filed, "refund-claim-closing").dollars == Decimal(4000)
