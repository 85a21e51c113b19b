"""Asking in a test: an answer comes back only after its events and each of its citations were held against the stored file."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.chat import Opener, ask
from agents.llm import Endpoint, ModelDoor
from api.wiring import Services
from store.tables import Client, Document, DocumentPage, Message
from workspace.evidence import DerivedEvidence, from_json
from workspace.scope import open_scope
from workspace.tie_out.derive import check

NOT_FOUND = "I do not find this in the client's file"
ANA, BEN, MIA = (f"{name}@alder.example" for name in ("ana", "ben", "mia"))
MEMO = """Memo to the file.

The deck oven of Stonemill costs $48,000.00 with its hood. It was ordered on December 12, 2025.
A gas permit of the city is needed before the oven is lit.
"""
ASKED = "What does the Stonemill oven cost with its hood?"
QUOTED = "“The deck oven of Stonemill costs $48,000.00 with its hood.” (Memo on the oven.txt, page 1) [1]"
KEYS = {"answer", "found", "citations", "untied", "receipt", "model", "seconds", "note"}


class Doored:
    """Services with a door of their own to a model, or to none."""

    def __init__(self, services: Services, model: Endpoint | None) -> None:
        self._services = services
        self.door = ModelDoor(services.database, model)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._services, name)


def opener(services: Services, email: str) -> Opener:
    def open_(session: Session) -> Any:
        return open_scope(session, email, clock=services.clock)

    return open_


def answered(
    services: Services, question: str, ref: str = "C001", email: str = MIA, thread: str | None = None
) -> dict[str, Any]:
    """The answer, after a look at its events and at each of its citations."""
    events = list(ask(services, opener(services, email), ref, question, thread))
    assert list(events[0]) == ["thread"]
    assert list(events[-1]) == ["answer"]
    assert [list(event) for event in events[1:-1]] == [["delta"]] * (len(events) - 2)
    answer: dict[str, Any] = events[-1]["answer"]
    assert "".join(event["delta"] for event in events[1:-1]) == answer["answer"]
    assert set(answer) == KEYS
    verify(services, ref, answer)
    return {**answer, "thread": events[0]["thread"]}


def verify(services: Services, ref: str, answer: dict[str, Any]) -> None:
    """Every citation is marked in the answer, stands where it says, and is of this client."""
    with services.database.reading() as session:
        client = session.scalars(select(Client).where(Client.ref == ref)).one()
        for citation in answer["citations"]:
            assert citation["marker"] in answer["answer"]
            _verify(session, client.id, citation)
        for one in answer["receipt"]["documents"]:
            assert session.get_one(Document, one["document"]).client_id == client.id


def _verify(session: Session, client_id: str, cited: dict[str, Any]) -> None:
    if cited["kind"] == "derived":
        found = from_json(cited)
        assert isinstance(found, DerivedEvidence)
        assert check(found)
        for one in cited["inputs"]:
            _verify(session, client_id, one)
    if cited["kind"] == "document":
        page = session.scalars(
            select(DocumentPage).where(
                DocumentPage.version_id == cited["version"], DocumentPage.number == cited["page"]
            )
        ).one()
        assert page.client_id == client_id
        assert page.text[cited["start"] : cited["end"]] == cited["quote"] != ""
    if cited["kind"] == "message":
        of_client = select(Message).where(Message.client_id == client_id, Message.message_id == cited["message_id"])
        body = session.scalars(of_client).one().body
        assert body[cited["start"] : cited["end"]] == cited["quote"] != ""


def paths(answer: dict[str, Any]) -> list[str]:
    return [one["path"] for one in answer["citations"] if one["kind"] == "document"]
