"""A snapshot holds what the rows say, only of its client, in a fixed number of queries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from store import tables
from store.database import Database, counting_queries
from store.errors import NotFound
from tests.signals import rows
from workspace.snapshot import take_snapshot


def test_everything_of_one_client_and_nothing_of_another(database: Database) -> None:
    with database.writing() as session:
        rows.add_firm(session)
        for client in ("C1", "C2"):
            ref = f"ENG-{client}"
            rows.add_engagement(session, ref, client)
            rows.add_time(session, date(2026, 2, 2), "2.5", ref, client)
            rows.add_invoice(session, f"INV-{client}", date(2026, 1, 31), "900.00", client, ref)
            rows.add_payment(session, f"INV-{client}", date(2026, 2, 5), "400.00", client)
            rows.add_message(session, f"<m@{client}>", "in", rows.NOW, "Hello", client=client)
            rows.add_item(session, "Bank statements", date(2026, 2, 20), ref, client)
            rows.add_document(session, "Notices/cp14.pdf", "notice", {"notice_number": "CP14"}, client, "Dear taxpayer")
            document = rows.add_document(session, "w9.pdf", "w-9", {"name": client}, client, "Form W-9")
            session.add(
                tables.IntakeFinding(
                    id=f"f{client}",
                    client_id=rows.cl(client),
                    document_id=document,
                    source="a",
                    message="b",
                    severity="info",
                )
            )
        session.add(
            tables.EngagementLetter(
                id="l", client_id=rows.cl("C1"), engagement_id=rows.eng("ENG-C1"), sent_on=date(2026, 1, 5)
            )
        )
    with database.reading() as session:
        snapshot = take_snapshot(rows.asker(session, rows.PARTNER), "C1")
    assert snapshot.client.name == "Client 1"
    assert [one.ref for one in snapshot.engagements] == ["ENG-C1"]
    assert snapshot.engagements[0].letter_sent_on == date(2026, 1, 5)
    assert snapshot.time_on(snapshot.engagements[0], rows.TODAY)[0].value == Decimal("500.00")
    assert [bill.balance(rows.TODAY) for bill in snapshot.invoices] == [Decimal("500.00")]
    assert snapshot.invoices[0].balance(date(2026, 2, 4)) == Decimal("900.00")
    assert [item.item for item in snapshot.requests_of(snapshot.engagements[0])] == ["Bank statements"]
    assert [mail.to for mail in snapshot.messages] == [(rows.PARTNER,)]
    notice, w9 = snapshot.documents
    assert notice.value("notice_number") == "CP14" and notice.text[0].startswith("Dear taxpayer")
    fact = w9.fact("name")
    assert fact is not None and fact.evidence.quote == "C1" and w9.text == ()
    assert [finding.source for finding in snapshot.findings] == ["a"]


def test_the_number_of_queries_does_not_grow(database: Database) -> None:
    counts: list[int] = []
    for size in (1, 30):
        with database.writing() as session:
            if size == 1:
                rows.add_firm(session)
            for n in range(size):
                ref = f"E{size}-{n}"
                rows.add_engagement(session, ref)
                rows.add_time(session, rows.TODAY - timedelta(days=n), "1", ref)
                rows.add_item(session, "K-1", rows.TODAY, ref)
                rows.add_document(session, f"{size}/{n}.pdf", "notice", {"notice_number": "CP14"})
        with database.reading() as session, counting_queries(database.engine) as statements:
            take_snapshot(rows.night(session), "C1")
        counts.append(len([one for one in statements if one.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 20


def test_a_client_outside_the_scope_is_not_found(database: Database) -> None:
    with database.writing() as session:
        rows.add_firm(session)
    with database.reading() as session, pytest.raises(NotFound):
        take_snapshot(rows.asker(session, rows.PARTNER), "C3")
