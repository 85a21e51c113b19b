"""Everything that must be on the trail, driven one by one: sealed reads, exports, refusals, model calls, acts of this part."""

import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256

import pytest
from sqlalchemy import select

from api.commands.scopes import writing
from api.wiring import Services
from store.audit import AuditTag
from store.tables import AuditEntry, Client, Document, Wall
from tests.web.conftest import Visitor, Visits
from workspace.model_calls import Call, keep_call
from workspace.trail import verify


def newest(services: Services, tag: AuditTag) -> AuditEntry | None:
    with services.database.reading() as session:
        wanted = select(AuditEntry).where(AuditEntry.tag == tag).order_by(AuditEntry.seq.desc()).limit(1)
        return session.scalars(wanted).one_or_none()


def opened(who: Visitor, services: Services) -> None:
    with services.database.reading() as session:
        paper = session.scalars(
            select(Document.id).join(Client, Client.id == Document.client_id).where(Client.ref == "C001")
        )
        who.get(f"/documents/{paper.first()}")


def called(who: Visitor, services: Services) -> None:
    call = Call("p", "1", "0" * 64, "m", "ai.example", "said", 1, 2, 0, 0.1, "ok")  # type: ignore[arg-type]
    with writing(services, "x", who.email) as scope:
        keep_call(scope, "C001", call)


DRIVEN: dict[AuditTag, Callable[[Visitor, Services], object]] = {
    AuditTag.CLIENT_TAX_ID_SEEN: lambda who, services: who.post("/clients/C001/tax-id/show"),
    AuditTag.EXPORT_TAKEN: lambda who, services: who.get("/reports/aging/file"),
    AuditTag.DOCUMENT_OPENED: opened,
    AuditTag.MODEL_CALLED: called,
    AuditTag.CALENDAR_FEED_OPENED: lambda who, services: who.post("/calendar/feeds", label="phone"),
    AuditTag.RETENTION_SET: lambda who, services: who.post("/retention/chats", months="3", authority="ours"),
    AuditTag.HOLD_SET: lambda who, services: who.post("/holds", client="C002", reason="a claim"),
    AuditTag.PERSON_SIGN_IN_REFUSED: lambda who, services: who.http.post(
        "/sign-in", data={"email": who.email, "password": "not this one"}
    ),
    AuditTag.ACCESS_TOKEN_REFUSED: lambda who, services: who.http.get(
        "/api/v1/clients", headers={"authorization": "Bearer nothing", "cookie": ""}
    ),
}


def test_each_of_these_is_on_the_trail(busy: Services, visit: Visits) -> None:
    ana, missing = visit("ana"), list[str]()
    for tag, drive in DRIVEN.items():
        before = newest(busy, tag)
        if tag is AuditTag.ACCESS_TOKEN_REFUSED:
            drive(visit(None), busy)
        else:
            drive(ana, busy)
        after = newest(busy, tag)
        if after is None or (before is not None and before.seq == after.seq):
            missing.append(tag.value)
    assert missing == []
    with writing(busy, "audit") as scope:
        assert verify(scope) == []


def test_a_refusal_names_whom_she_may_not_see_and_a_mistyped_address_is_nobodys_business(
    busy: Services, visit: Visits
) -> None:
    with busy.database.writing() as session:
        from store.tables import Person

        mia = session.scalars(select(Person.id).where(Person.email == "mia@alder.example")).one()
        client = session.scalars(select(Client.id).where(Client.ref == "C002")).one()
        session.add(Wall(id="wall_x", client_id=client, person_id=mia, reason="kin", set_on=busy.clock.today()))
    who = visit("mia")
    for _ in range(5):
        assert who.get("/clients/C002").status_code == 404
    assert who.get("/clients/C999").status_code == 404
    assert who.get("/retention").status_code == 403
    with busy.database.reading() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.tag == AuditTag.ACCESS_REFUSED)).all()
        told = [(one.actor, one.client_id, one.detail["status"], one.detail["count"]) for one in found]
    assert told == [("mia@alder.example", client, 404, 1), ("mia@alder.example", None, 403, 1)]
    for last in busy.at_close:
        last()
    with busy.database.reading() as session:  # the four that were held back are told when the process ends
        found = session.scalars(select(AuditEntry).where(AuditEntry.tag == AuditTag.ACCESS_REFUSED)).all()
        assert sum(one.detail["count"] for one in found if one.client_id == client) == 5


def test_a_guessed_link_is_on_the_trail_without_the_guess(busy: Services, visit: Visits) -> None:
    visit(None).http.get("/sign/a-guess-of-a-stranger-123")
    with busy.database.reading() as session:
        kinds = (AuditTag.ACCESS_TOKEN_REFUSED, AuditTag.LETTER_REFUSED)
        found = session.scalars(select(AuditEntry).where(AuditEntry.tag.in_(kinds))).all()
        assert found and all("a-guess" not in f"{one.subject}{one.detail}" for one in found)


def test_the_packet_holds_what_it_says(busy: Services, visit: Visits) -> None:
    assert newest(busy, AuditTag.EVIDENCE_WRITTEN) is None
    answer = visit("ana").post("/evidence")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    assert newest(busy, AuditTag.EVIDENCE_WRITTEN) is not None, "the trail says that it was written"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["sha256"] == {name: sha256(data).hexdigest() for name, data in files.items()}
    text = files["evidence.md"].decode()
    assert "They are no certification" in text and "no legal advice" in text and "and holds." in text
    assert manifest["hidden_clients"] == 1 and "Prairie Dental" not in text  # Ben's client, not Ana's
    assert files["evidence.pdf"].startswith(b"%PDF")
    assert (
        b"client:erase" in files["tables/access-matrix.csv"] and b"sqlalchemy" in files["tables/software.csv"].lower()
    )
    assert visit("mia").post("/evidence").status_code == 403


@pytest.mark.parametrize("path", ["/retention", "/evidence", "/retention/due/C001/mail", "/clients/C001/erase"])
def test_pages_of_this_part_are_closed_to_who_has_not_the_right(visit: Visits, path: str) -> None:
    assert visit("sol").get(path).status_code == 403
