"""What a person does about a contradiction: accept, keep, ask. What the records said over time, and what a load may not undo in silence."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import ClientRow, EngagementRow
from store.tables import (
    AuditEntry,
    Client,
    ClientContact,
    Contact,
    DocumentPage,
    Engagement,
    EnteredDeadline,
    RequestItem,
)
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY, cl, eng
from tests.workspace.worlds import asker, in_days, store_scan
from workspace.contradictions import accept, ask, keep
from workspace.decisions import decide_signal
from workspace.raised import Raised
from workspace.record_history import believed_on, newest_words, record_history
from workspace.records import APPLY, Applied
from workspace.scans import raised_signals
from workspace.signals import detect, resolve
from workspace.snapshot import take_snapshot

LETTER = {"fee": "5000.00", "period_start": "2025-01-01", "period_end": "2025-12-31", "client_name": "Client 1"}


def scan(database: Database, ref: str = "C1", today: date = TODAY) -> tuple[Raised, ...]:
    """The client scanned as it stands; its contradictions."""
    with database.reading() as session:
        snapshot = take_snapshot(rows.night(session, today), ref)
    found = [one for one in detect(snapshot, today, resolve()).signals if one.sides]
    store_scan(database, ref, *found, today=today)
    return listed(database, today)


def listed(database: Database, today: date = TODAY, email: str = PARTNER) -> tuple[Raised, ...]:
    with database.reading() as session:
        return tuple(
            one for one in raised_signals(asker(session, email, today)) if one.slug == "document-contradicts-record"
        )


@pytest.fixture
def firm(database: Database) -> Database:
    """C1 with an engagement at 4,000 whose letter says 5,000; loaded, so that its history is kept."""
    with database.writing() as session:
        rows.add_firm(session)
        scope = rows.night(session)
        APPLY[EngagementRow](scope, [engagement_row("4000")])
        rows.add_document(session, "Letter.pdf", "engagement-letter", LETTER, text="Our reference E1")
    return database


def engagement_row(fee: str, **more: Any) -> EngagementRow:
    known: dict[str, Any] = {
        "line": 2,
        "ref": "E1",
        "client_ref": "C1",
        "template": "1120-S",
        "title": "2025 Form 1120-S",
        "stage": "in-progress",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
        "owner": STAFF,
        "fee": Decimal(fee),
    }
    return EngagementRow(**(known | more))


def load(database: Database, fee: str, today: date = TODAY) -> Applied:
    with database.writing() as session:
        return APPLY[EngagementRow](rows.night(session, today), [engagement_row(fee)])


def fee(database: Database) -> Decimal | None:
    with database.reading() as session:
        return session.get_one(Engagement, eng("E1")).fee


def act(database: Database, what: Any, key: str, *rest: Any, email: str = PARTNER, today: date = TODAY) -> Any:
    with database.writing() as session:
        return what(asker(session, email, today), key, *rest)


def test_accepting_writes_the_record_with_where_it_came_from(firm: Database) -> None:
    (found,) = scan(firm)
    assert [one["label"] for one in found.sides] == ["Fee of E1"]
    done = act(firm, accept, found.key, None, "the signed letter counts")
    assert (done.state, done.client_ref, fee(firm)) == ("accepted", "C1", Decimal("5000.00"))
    (closed,) = listed(firm)
    assert closed.state == "accepted" and not closed.is_open and closed.sides == ()
    with firm.reading() as session:
        spells = [one for one in record_history(asker(session), "C1", "fee") if one.record == "engagement:E1"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == "client:record:updated")).one()
    assert [(one.value, one.since, one.until) for one in spells] == [("5000", TODAY, None), ("4000", TODAY, TODAY)]
    assert spells[0].by == "accepted by Pat from Letter.pdf, page 1" and spells[0].note == "the signed letter counts"
    assert spells[0].evidence is not None and spells[0].evidence["quote"] == "5000.00"
    assert entry.actor == PARTNER and entry.subject == "engagement:E1" and entry.client_id == cl("C1")
    assert entry.detail["changed"] == {"fee": {"was": "4000", "is": "5000"}} and entry.detail["page"] == 1
    assert scan(firm, today=in_days(1)) == ()  # the next scan no longer finds it


def test_what_was_believed_on_a_day(firm: Database) -> None:
    (found,) = scan(firm)
    act(firm, accept, found.key, today=in_days(3))
    with firm.reading() as session:
        scope = asker(session)

        def on(day: date) -> list[str | None]:
            return [one.value for one in believed_on(scope, "C1", day, "fee")]

        assert [on(in_days(n)) for n in (-1, 0, 2, 3, 9)] == [[], ["4000"], ["4000"], ["5000"], ["5000"]]
        assert newest_words(scope, cl("C1"))["engagement:E1", "fee"].endswith("accepted by Pat from Letter.pdf, page 1")
        with pytest.raises(NotFound):
            record_history(asker(session, OTHER), "C1")


def test_a_load_does_not_undo_what_was_accepted(firm: Database) -> None:
    (found,) = scan(firm)
    act(firm, accept, found.key)
    again = load(firm, "4000", in_days(1))
    assert (again.updated, again.unchanged, fee(firm)) == (0, 1, Decimal("5000.00"))
    assert "stays 5000, which Pat accepted on 2026-03-09; the folder still says 4000" in again.kept[0]
    assert load(firm, "5000", in_days(2)).kept == ()  # corrected in the folder too
    new = load(firm, "5500", in_days(3))
    assert (
        new.updated == 1 and fee(firm) == Decimal("5500.00") and "now 5500, which is new in the folder" in new.kept[0]
    )
    back = load(firm, "4000", in_days(4))
    assert (back.updated, back.kept, fee(firm)) == (1, (), Decimal("4000.00"))
    assert scan(firm, today=in_days(4))[0].state == "open"  # found again: the acceptance is over


def test_loading_twice_keeps_one_history(firm: Database) -> None:
    with firm.reading() as session:
        before = record_history(asker(session), "C1")
    assert load(firm, "4000").unchanged == 1
    with firm.reading() as session:
        assert record_history(asker(session), "C1") == before
    load(firm, "4100", in_days(1))
    with firm.reading() as session:
        spells = record_history(asker(session), "C1", "fee")
    assert [(one.value, one.since, one.until, one.by) for one in spells] == [
        ("4100", in_days(1), None, "from the firm's folder"),
        ("4000", TODAY, in_days(1), "from the firm's folder"),
    ]


def test_the_record_stands_for_a_reason_until_the_evidence_changes(firm: Database) -> None:
    (found,) = scan(firm)
    with pytest.raises(Invalid, match="reason"):
        act(firm, keep, found.key, " ")
    assert act(firm, keep, found.key, "the letter was amended").state == "dismissed"
    assert fee(firm) == Decimal(4000) and scan(firm, today=in_days(1))[0].state == "dismissed"
    load(firm, "4200", in_days(2))
    assert scan(firm, today=in_days(2))[0].state == "open"


def test_asking_puts_the_question_into_the_request_and_sends_nothing(firm: Database) -> None:
    (found,) = scan(firm)
    done = act(firm, ask, found.key)
    assert (done.state, done.engagement_ref) == ("asked", "E1")
    with firm.reading() as session:
        item = session.scalars(select(RequestItem)).one()
    assert item.item == "Fee of E1: Letter.pdf says $5,000.00, our records say $4,000.00. Which is right?"
    assert (item.requested_on, item.due, item.received_on) == (TODAY, date(2026, 3, 16), None)
    (shown,) = listed(firm)
    assert shown.is_open and shown.state == "asked" and len(shown.sides) == 1
    with pytest.raises(Conflict, match="asked this already"):
        act(firm, ask, found.key)


def test_rights(firm: Database) -> None:
    (found,) = scan(firm)
    for what in (accept, ask):
        with pytest.raises(NotFound):  # a fee, which staff is not shown
            act(firm, what, found.key, email=STAFF)
        with pytest.raises(NotFound):
            act(firm, what, found.key, email=OTHER)
    with pytest.raises(NotFound):
        act(firm, keep, found.key, "no", email=STAFF)
    with firm.writing() as session, pytest.raises(Forbidden):
        accept(rows.night(session), found.key)  # the software decides nothing
    assert act(firm, accept, found.key, email=MANAGER).state == "accepted"


def test_accepting_is_no_plain_decision(firm: Database) -> None:
    (found,) = scan(firm)
    for word in ("accept", "ask"):
        with pytest.raises(Invalid, match="contradictions"):
            act(firm, decide_signal, found.key, word)
    assert fee(firm) == Decimal(4000)


def test_nothing_is_accepted_that_changed_since_the_scan(firm: Database) -> None:
    (found,) = scan(firm)
    load(firm, "4100", in_days(0))
    with pytest.raises(Conflict, match="record has changed"):
        act(firm, accept, found.key)
    (found,) = scan(firm, today=in_days(1))
    with firm.writing() as session:
        session.scalars(select(DocumentPage)).one().text = "another text"
    with pytest.raises(Conflict, match="document has changed"):
        act(firm, accept, found.key, today=in_days(1))


def test_several_sides_are_settled_one_by_one_and_a_tax_id_is_kept_sealed(firm: Database) -> None:
    text = "Taxpayer\n"
    facts = {
        "taxpayer_id": "00-7654321",
        "notice_number": "CP14",
        "agency": "IRS",
        "amount_due": "10.00",
        "taxpayer_name": "GARBER QUARRY",
    }
    with firm.writing() as session:
        scope = rows.night(session)
        APPLY[ClientRow](
            scope,
            [
                ClientRow(
                    line=2,
                    ref="C1",
                    name="Client 1",
                    entity_type="1120-S",
                    partner=PARTNER,
                    manager=MANAGER,
                    tax_id="00-0000001",
                )
            ],
        )
        rows.add_document(session, "Notices/n.pdf", "notice", facts, text=text)
    found = next(one for one in scan(firm) if len(one.sides) == 2)
    with pytest.raises(Invalid, match="1 Taxpayer id; 2 Name"):
        act(firm, accept, found.key)
    assert act(firm, accept, found.key, 0).state == "open"
    still = next(one for one in listed(firm) if one.key == found.key)
    assert [one["label"] for one in still.sides] == ["Name"]
    assert act(firm, accept, found.key, 0).state == "accepted"
    with firm.reading() as session:
        client = session.get_one(Client, cl("C1"))
        assert (client.tax_id, client.name) == ("00-7654321", "GARBER QUARRY")
        spells = record_history(asker(session), "C1", "tax_id")
        assert next(one.value for one in spells) == "•••••4321" and str(spells[0].evidence).count("7654321") == 0
        trail = " ".join(str(one.detail) for one in session.scalars(select(AuditEntry)))
        kept = session.connection().exec_driver_sql("SELECT said, was, evidence FROM record_changes").all()
    assert "7654321" not in trail.replace("-", "") and "7654321" not in str(kept).replace("-", "")


def test_a_date_that_is_accepted_is_confirmed_anew(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_document(session, "Lease.pdf", "lease", {"end": "2026-04-30", "landlord": "Wharf Street"})
        session.add(
            EnteredDeadline(
                id="dl",
                client_id=cl("C1"),
                title="Lease ends",
                due=date(2026, 5, 31),
                authority="lease",
                confirmed_by=rows.per(PARTNER),
            )
        )
    found = next(one for one in scan(firm) if one.sides[0]["record"] == "deadline:dl")
    act(firm, accept, found.key)
    with firm.reading() as session:
        deadline = session.get_one(EnteredDeadline, "dl")
    assert (deadline.due, deadline.confirmed_by) == (date(2026, 4, 30), None)


def test_a_share_is_accepted_at_this_client_only(firm: Database) -> None:
    facts = {"issuer": "Client 1", "recipient": "Ann Owner", "ownership_percent": "40", "tax_year": "2025"}
    with firm.writing() as session:
        session.add(Contact(id="ann", name="Ann Owner"))
        session.flush()
        for ref in ("C1", "C2"):
            session.add(ClientContact(id=f"t{ref}", client_id=cl(ref), contact_id="ann", ownership_pct=Decimal(35)))
        rows.add_document(session, "K-1.pdf", "k-1", facts)
    found = next(one for one in scan(firm) if one.sides[0]["field"] == "ownership_pct")
    act(firm, accept, found.key)
    with firm.reading() as session:
        shares = {tie.client_id: tie.ownership_pct for tie in session.scalars(select(ClientContact))}
    assert shares == {cl("C1"): Decimal(40), cl("C2"): Decimal(35)}


def test_what_no_record_can_take_says_where_it_is_put_right(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_document(
            session, "L.pdf", "loan-statement", {"lender": "Bank", "statement_date": "2025-12-31", "balance": "1200.00"}
        )
        line = {"account": "2600 Notes Payable", "credit": "1000.00"}
        rows.add_document(session, "tb.csv", "trial-balance", {"as_of": "2025-12-31"}, rows=[line])
    found = next(one for one in scan(firm) if one.sides[0]["field"] == "balance")
    with pytest.raises(Invalid, match="The ledger is the client's own"):
        act(firm, accept, found.key)
    assert act(firm, ask, found.key).engagement_ref == "E1"


def test_without_open_work_there_is_no_request_to_ask_in(firm: Database) -> None:
    (found,) = scan(firm)
    with firm.writing() as session:
        session.get_one(Engagement, eng("E1")).stage = "done"
    with pytest.raises(Invalid, match="no engagement of this client is open"):
        act(firm, ask, found.key)


def test_hidden_digits_are_not_accepted(firm: Database) -> None:
    with firm.writing() as session:
        session.get_one(Client, cl("C1")).tax_id = "00-0000001"
        facts = {"taxpayer_id": "XX-XXX4321", "notice_number": "CP14", "agency": "IRS"}
        rows.add_document(session, "Notices/n.pdf", "notice", facts)
    found = next(one for one in scan(firm) if one.sides[0]["field"] == "tax_id")
    with pytest.raises(Invalid, match="hides digits"):
        act(firm, accept, found.key)
