"""Many contacts at once against a served application, and a process that is killed on the way: nothing that was acknowledged is lost."""

import json
import os
import signal
import threading
import urllib.request
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.app import create_app
from api.portal.fence import COOKIE, csrf_token
from api.settings import load_settings
from api.wiring import Services, build
from store.blobs import FileBlobs
from store.ids import content_hash, new_id
from store.tables import (
    Client,
    ClientContact,
    ClientRequest,
    Contact,
    Document,
    DocumentVersion,
    ItemMatch,
    Person,
    PortalAccess,
    PortalUpload,
    RequestItem,
)
from tests.forked import server
from tests.homes import LONG, copied, takes_long
from tests.web.serving import serving
from workspace.portal import doors, uploads
from workspace.scope import system_scope

MANY = 200 if LONG else 20
MONDAY = date(2026, 3, 9)


@dataclass(frozen=True)
class One:
    """A contact of a client of her own, with one thing that is asked of it, and her open session."""

    contact_id: str
    client_id: str
    item_id: str
    secret: str


def people(services: Services, many: int) -> list[One]:
    found = []
    with services.database.writing() as session:
        partner = session.scalars(select(Person).where(Person.role == "partner")).first()
        assert partner is not None
        scope = system_scope(session, "portal", now=services.clock.real_now(), today=services.clock.today())
        for n in range(many):
            one = Client(
                id=new_id("cli"), ref=f"M{n:03}", name=f"Many {n:03}", entity_type="1040", partner_id=partner.id
            )
            who = Contact(id=new_id("con"), name=f"Person {n:03}", email=f"p{n}@many.example")
            session.add_all([one, who])
            session.flush()
            asked = ClientRequest(id=new_id("req"), client_id=one.id, title="Papers")
            session.add(asked)
            session.flush()
            item = RequestItem(id=new_id("item"), client_id=one.id, request_id=asked.id, item="The deed")
            tie = ClientContact(id=new_id("tie"), client_id=one.id, contact_id=who.id)
            open_to = PortalAccess(
                id=new_id("acc"), client_id=one.id, contact_id=who.id, granted_by=partner.id, granted_at=scope.now
            )
            session.add_all([item, tie, open_to])
            session.flush()
            secret = doors.open_session(scope, who.id, address="127.0.0.1", agent="test", by="link")
            found.append(One(who.id, one.id, item.id, secret))
    return found


def paper(one: One) -> bytes:
    return f"Deed of {one.client_id}\nrecorded in book 12, page 34 for {one.contact_id}\n".encode()


def upload(base: str, one: One) -> dict[str, Any]:
    """As a browser sends a form with a file."""
    edge = "edge-of-a-part"
    parts = [
        f'--{edge}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("csrf", csrf_token(one.secret)), ("item", one.item_id))
    ]
    head = f'--{edge}\r\ncontent-disposition: form-data; name="files"; filename="deed.txt"\r\ncontent-type: text/plain\r\n\r\n'
    body = "".join([*parts, head]).encode() + paper(one) + f"\r\n--{edge}--\r\n".encode()
    headers = {
        "content-type": f"multipart/form-data; boundary={edge}",
        "cookie": f"{COOKIE}={one.secret}",
        "accept": "application/json",
    }
    asked = urllib.request.Request(f"{base}/portal/send", body, headers, method="POST")
    with urllib.request.urlopen(asked, timeout=240) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def test_many_contacts_upload_at_once_and_nothing_is_lost(loaded: Path, tmp_path: Path) -> None:
    home = copied(loaded, tmp_path / "home")
    with serving(home) as (services, base):
        everybody = people(services, MANY)
        twice = everybody[::4]  # some are impatient and send the same at the same moment again
        told: list[dict[str, Any] | str] = []
        begin = threading.Barrier(len(everybody) + len(twice))

        def send(one: One) -> None:
            begin.wait()
            try:
                told.append(upload(base, one))
            except OSError as error:
                told.append(f"{error}")

        threads = [threading.Thread(target=send, args=(one,)) for one in [*everybody, *twice]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wrong = [one for one in told if isinstance(one, str) or one["problems"] or len(one["kept"]) != 1]
        assert wrong == [] and len(told) == len(threads)
        with services.database.reading() as session:
            rows = session.execute(
                select(Document.client_id, DocumentVersion.blob, ItemMatch.item_id, ItemMatch.sent_by)
                .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
                .join(ItemMatch, ItemMatch.document_id == Document.id)
                .where(Document.source == "portal")
            ).tuples()
            assert sorted(rows) == sorted(
                (one.client_id, content_hash(paper(one)), one.item_id, one.contact_id) for one in everybody
            )
            states = sorted(session.scalars(select(PortalUpload.state)))
        assert states == sorted(["taken"] * len(everybody) + ["doubled"] * len(twice))
        services.desk.rest()
        with services.database.reading() as session:
            assert set(session.scalars(select(Document.state).where(Document.source == "portal"))) == {"read"}


def dies(home: str, when: str, one: One) -> None:
    """In a process of its own: an upload during which it is killed, when the bytes are stored or when the row is kept."""
    from fastapi.testclient import TestClient

    def die(*rest: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    put = FileBlobs.put

    def put_and_die(self: FileBlobs, data: bytes) -> str:
        put(self, data)
        die()
        return ""

    if when == "stored":
        FileBlobs.put = put_and_die  # type: ignore[method-assign]
    else:
        uploads.settle = die  # type: ignore[assignment]
    with build(load_settings(Path(home)), own_index=True) as services:
        http = TestClient(create_app(services), base_url="http://localhost")
        http.cookies.set(COOKIE, one.secret)
        fields = {"csrf": csrf_token(one.secret), "item": one.item_id}
        http.post("/portal/send", data=fields, files=[("files", ("deed.txt", paper(one)))])


@pytest.mark.parametrize(
    ("when", "acknowledged"), [pytest.param("stored", False, marks=takes_long), pytest.param("kept", True)]
)
def test_a_process_that_is_killed_loses_nothing_that_was_kept(
    loaded: Path, tmp_path: Path, when: str, acknowledged: bool
) -> None:
    home = copied(loaded, tmp_path / "home")
    settings = load_settings(home).model_copy(update={"today": MONDAY})
    with build(settings) as services:
        [one] = people(services, 1)
    process = server().Process(target=dies, args=(str(home), when, one))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    with build(settings, own_index=True) as services:
        digest = content_hash(paper(one))
        assert services.blobs.has(digest)
        with services.database.reading() as session:
            assert list(session.scalars(select(PortalUpload.state))) == (["received"] if acknowledged else [])
        create_app(services)  # whatever was kept and not settled is settled when the service begins again
        services.desk.rest()
        with services.database.reading() as session:
            filed = list(
                session.scalars(select(DocumentVersion.blob).where(DocumentVersion.client_id == one.client_id))
            )
            matched = list(session.scalars(select(ItemMatch.item_id).where(ItemMatch.client_id == one.client_id)))
        assert (filed, matched) == (([digest], [one.item_id]) if acknowledged else ([], []))
