"""With a model those with most to ask go first, so that no long one is left for the end; what is found is the same."""

from datetime import date, timedelta

from sqlalchemy import select

from agents import overnight
from api.wiring import Services
from store.ids import stable_id
from store.tables import Client, Document, DocumentVersion, Message
from tests.night.conftest import MONDAY
from workspace import nights
from workspace.night_order import longest_first
from workspace.scope import system_scope

READER = "stub, read-facts 1"


def order(services: Services, reader: str = READER, today: date = MONDAY) -> list[str]:
    with services.database.reading() as session:
        scope = system_scope(session, "night", now=services.clock.now(), today=today)
        found = nights.orders(scope)
        assert [one.ref for one in found] == ["C001", "C002", "C003"]
        return [one.ref for one in longest_first(scope, found, reader)]


def write(services: Services, ref: str, mails: int, days: int) -> None:
    """So many mails of a client, sent so many days ago."""
    sent = services.clock.now() - timedelta(days=days)
    with services.database.writing() as session:
        client = session.scalars(select(Client.id).where(Client.ref == ref)).one()
        for number in range(mails):
            name = f"<{ref}-{days}-{number}@order.example>"
            session.add(
                Message(
                    id=stable_id("msg", client, name),
                    client_id=client,
                    message_id=name,
                    thread=name,
                    direction="in",
                    sender="somebody@order.example",
                    subject="",
                    sent_at=sent,
                    body="Thank you.",
                )
            )


def test_whose_mails_and_papers_are_most_goes_first(services: Services) -> None:
    before = order(services)
    assert sorted(before) == ["C001", "C002", "C003"]
    write(services, "C002", 400, days=300)  # too old to promise anything that is still to come
    assert order(services) == before
    write(services, "C003", 400, days=3)
    assert order(services)[0] == "C003"


def test_papers_that_the_same_model_has_read_are_no_more_questions(services: Services) -> None:
    write(services, "C002", 200, days=3)
    assert order(services)[0] == "C002"
    with services.database.writing() as session:
        first = session.scalars(select(Client.id).where(Client.ref == "C001")).one()
        for number in range(40):
            document, version = (stable_id(kind, first, number) for kind in ("doc", "ver"))
            session.add(
                Document(
                    id=document,
                    client_id=first,
                    path=f"{number}.pdf",
                    name=f"{number}.pdf",
                    kind="lease",
                    source="load",
                    received_at=services.clock.now(),
                )
            )
            session.flush()
            session.add(
                DocumentVersion(
                    id=version,
                    client_id=first,
                    document_id=document,
                    number=1,
                    blob=version,
                    size=1,
                    media_type="text/plain",
                    stage="indexed",
                    received_at=services.clock.now(),
                )
            )
            session.flush()
            session.get_one(Document, document).current_version_id = version
    assert order(services)[0] == "C001"
    with services.database.writing() as session:
        for row in session.scalars(select(DocumentVersion).where(DocumentVersion.client_id == first)):
            row.filled = {"reader": READER, "filled": 0, "thrown": 0}
    assert order(services)[0] == "C002"
    assert order(services, "another, read-facts 1")[0] == "C001"


def test_a_process_without_a_model_warms_only_what_it_has(services: Services) -> None:
    overnight.warm(services)
    assert services.door.endpoint is None
