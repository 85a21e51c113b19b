"""A text that a person edited or pasted: its figures are looked for in the whole file of the client, and what is untied says why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from store.database import Database, counting_queries
from store.ids import stable_id
from store.tables import (
    Document,
    DocumentPage,
    DocumentVersion,
    FactRow,
    Firm,
    Invoice,
    Message,
    Payment,
    RecordChange,
)
from tests.agents.conftest import NOW
from tests.deliverables.conftest import current, filed, writing
from workspace.deliverables import proof
from workspace.deliverables.model import Section
from workspace.deliverables.release import release
from workspace.deliverables.review import approve, edit
from workspace.evidence import MessageEvidence
from workspace.tie_out import fact_from_json

CLIENT, ENGAGEMENT = stable_id("cl", "C1"), stable_id("eng", "C1")
NEW = (
    "State of Ohio\nNotice of balance\nTax year 2024\nAmount due: $1,310.00\nThe security deposit was $615.40 in all.\n"
)
OLD = NEW.replace("$1,310.00", "$1,450.00")


@pytest.fixture
def file(firm: Database) -> Database:
    """The client's file: a bill that is paid in part, a notice in two versions, a changed fee, a mail of a late evening."""
    with firm.writing() as session:
        session.add(Invoice(id="inv", client_id=CLIENT, number="INV-88", issued_on=date(2026, 1, 5),
                            due_on=date(2026, 2, 4), amount=Decimal("3200.00"), engagement_id=ENGAGEMENT))  # fmt: skip
        session.flush()
        session.add(
            Payment(id="pay", client_id=CLIENT, invoice_id="inv", paid_on=date(2026, 2, 20), amount=Decimal("2000.00"))
        )
        session.add(Document(id="doc", client_id=CLIENT, path="Notices/ohio.pdf", name="ohio.pdf", source="load", kind="notice",
                             state="read", current_version_id="v2", received_at=NOW))  # fmt: skip
        session.flush()
        for number, text in ((1, OLD), (2, NEW)):
            version = f"v{number}"
            session.add(DocumentVersion(id=version, client_id=CLIENT, document_id="doc", number=number, blob=f"{number}" * 64,
                                        size=1, stage="indexed", received_at=NOW))  # fmt: skip
            session.flush()
            session.add(
                DocumentPage(id=f"p{number}", client_id=CLIENT, version_id=version, number=1, text=text, source="text")
            )
            for name, kind, value, quote in (
                ("amount_due", "money", text.partition("$")[2][:8].replace(",", ""), text.partition(": ")[2][:9]),
                ("tax_year", "text", "2024", "2024"),
            ):
                at = text.index(quote)
                session.add(FactRow(id=f"{version}{name}", client_id=CLIENT, document_id="doc", version_id=version, name=name,
                                    type=kind, value=value, page=1, start=at, end=at + len(quote), quote=quote,
                                    confidence=1.0, reader="test"))  # fmt: skip
        session.add(RecordChange(id="ch", client_id=CLIENT, record="engagement:E-C1", said={"fee": "1350.00"},
                                 was={"fee": "1275.00"}, since=date(2026, 2, 2), at=NOW, source="load", note=""))  # fmt: skip
        session.add(Message(id="m", client_id=CLIENT, message_id="<m@x>", thread="t", direction="in", sender="ngozi@harbor.example",
                            recipients=[], subject="Van", sent_at=datetime(2026, 3, 4, 3, 30, tzinfo=UTC),
                            body="We sold the van for $8,450 yesterday."))  # fmt: skip
    return firm


def marks(database: Database, words: str) -> dict[str, Mapping[str, Any]]:
    identity = filed(database)
    with writing(database, "ana") as scope:
        edit(scope, identity, [Section("Opening", words)])
    return {one["text"]: one for one in current(database, identity).tickmarks}


def test_a_figure_of_a_record_is_tied_where_the_words_say_what_it_is(file: Database) -> None:
    found = marks(file, "Invoice INV-88 came to $3,200.00; we received $2,000.00, and the balance is $1,200.00.")
    assert {text: one["status"] for text, one in found.items()} == {
        "INV-88": "tied",
        "$3,200.00": "tied",
        "$2,000.00": "tied",
        "$1,200.00": "tied",  # the fee of the version's own facts, which bears no label
    }
    assert found["$3,200.00"]["evidence"]["record"] == "invoice:INV-88"


def test_a_figure_of_a_paper_is_tied_to_its_words_and_an_older_versions_is_stale(file: Database) -> None:
    found = marks(file, "Ohio says the amount due for 2024 is $1,310.00.")
    assert found["$1,310.00"]["evidence"]["quote"] == "$1,310.00"
    found = marks(file, "Ohio says the amount due for 2024 is $1,450.00.")
    assert found["$1,450.00"]["status"] == "untied"
    assert found["$1,450.00"]["reason"].startswith(
        "$1,450.00 was amount due, notice, 2024 until a newer version of Notices/ohio.pdf"
    )
    found = marks(file, "The fee is $1,275.00.")
    assert found["$1,275.00"]["reason"].startswith("$1,275.00 was fee")


def test_what_no_fact_holds_is_looked_for_on_the_pages_and_in_the_mail(file: Database) -> None:
    found = marks(file, "You sold the van for $8,450, and the deposit was $615.40.")
    assert (
        found["$8,450"]["evidence"]["quote"] == "We sold the van for $8,450 yesterday."
    )  # the words are the mail's own
    assert found["$615.40"]["evidence"]["quote"] == "The security deposit was $615.40 in all."
    with writing(file, "ana") as scope:
        source = proof.of_mark(scope, found["$615.40"])
        assert (source.title, source.where) == ("Notices/ohio.pdf", "page 1")


@pytest.mark.parametrize(
    "words",
    [
        "You bought the van for $8,450.",
        "You never sold the van for $8,450.",
        "Revenue was $8,450.",
        "The business sold $8,450.",
        "Van: $8,450.",
    ],
)
def test_a_passage_proves_only_what_it_says(file: Database, words: str) -> None:
    mark = marks(file, words)["$8,450"]
    assert mark["status"] == "untied" and "$8,450" in mark["reason"]


def test_the_wrong_label_is_told_and_the_proof_shows_the_reason(file: Database) -> None:
    mark = marks(file, "Ohio owes you a refund of $1,310.00.")["$1,310.00"]
    assert mark["reason"] == "The file has $1,310.00 as amount due, notice, 2024; the sentence says “refund”."
    with writing(file, "ana") as scope:
        assert proof.of_mark(scope, mark).quote == mark["reason"]


def test_what_was_found_is_kept_with_the_version(file: Database) -> None:
    identity = filed(file)
    with writing(file, "ana") as scope:
        edit(scope, identity, [Section("Opening", "The amount due for 2024 is $1,310.00.")])
    kept = [fact_from_json(one) for one in current(file, identity).facts if "phrase" not in one]
    assert [one.label for one in kept if one.canonical == "1310.00"] == ["amount due, notice, 2024"]
    with writing(file, "ana") as scope:
        approve(scope, identity)
        release(scope, identity)


def test_an_edit_takes_few_queries(file: Database) -> None:
    identity = filed(file)
    with counting_queries(file.engine) as statements, writing(file, "ana") as scope:
        edit(scope, identity, [Section("Opening", "The amount due for 2024 is $1,310.00, not $99.00.")])
    assert len(statements) <= 75


def test_a_mail_is_dated_by_the_firms_clock(file: Database) -> None:
    with writing(file, "ana") as scope:
        assert scope.session.get(Firm, "firm") is not None
        source = proof.resolve(scope, MessageEvidence("<m@x>", 0, 2, "We"))
    assert source.where == "from ngozi@harbor.example, March 3, 2026"
    assert replace(source).title == "Mail “Van”"
