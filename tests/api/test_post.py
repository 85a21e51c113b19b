"""Released mail and briefs go through a real SMTP server on loopback: once, again when told to wait, and never twice after a crash."""

import shutil
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_string
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from api.commands import find
from api.commands.result import silent
from api.post import send_all, server_of
from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from store.errors import Conflict, Invalid, NotFound
from store.tables import OutboxItem, Post
from workspace.posts import claim, posts, queue_posts
from workspace.scope import open_scope, system_scope

PARTNER = "ana@alder.example"
MONDAY = date(2026, 3, 9)


@dataclass
class MailServer:
    """What a mail server took, and how it answers: `recipient` to RCPT, `data` after the message ("" hangs up instead)."""

    port: int = 0
    taken: list[str] = field(default_factory=list[str])
    heard: int = 0
    recipient: str = "250 ok"
    data: str = "250 ok"


class _Talk(socketserver.StreamRequestHandler):
    mail: ClassVar[MailServer]

    def handle(self) -> None:
        self._say("220 loopback")
        while line := self.rfile.readline().decode():
            word = line.split()[0].upper() if line.split() else ""
            if word == "DATA":
                self._say("354 go on")
                if not self._take():
                    return
            else:
                self._say({"RCPT": self.mail.recipient, "EHLO": "250 loopback", "QUIT": "221 bye"}.get(word, "250 ok"))

    def _take(self) -> bool:
        lines = list(iter(lambda: self.rfile.readline().decode(), ".\r\n"))
        self.mail.heard += 1
        if not self.mail.data:
            return False
        if self.mail.data.startswith("250"):
            self.mail.taken.append("".join(lines))
        self._say(self.mail.data)
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mail() -> Iterator[MailServer]:
    found = MailServer()
    handler = type("Talk", (_Talk,), {"mail": found})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        found.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


@pytest.fixture(scope="module")
def released(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small firm's home after its night, with one released mail. Look, don't write."""
    home = shutil.copytree(loaded, tmp_path_factory.mktemp("released") / "home")
    with build(load_settings(home).model_copy(update={"today": MONDAY}), own_index=True) as services:
        find("scan").load()(services, {}, silent)
        for one in find("deliverables").load()(services, {"client": "C001"}, silent).data:
            shown = find("deliverables-show").load()(services, {"id": one["id"]}, silent).data
            untied = any(tick["status"] == "untied" for tick in shown["tickmarks"])
            if not untied and any("@" in to for to in shown["recipients"]):
                find("review").load()(services, {"id": one["id"], "decision": "approve", "as": PARTNER}, silent)
                find("release").load()(services, {"id": one["id"], "as": PARTNER}, silent)
                break
    return home


@pytest.fixture
def firm(released: Path, mail: MailServer, tmp_path: Path) -> Iterator[Services]:
    """A copy of it, with a mail server."""
    settings = load_settings(shutil.copytree(released, tmp_path / "home"))
    server = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{mail.port}"), "smtp_from": "office@alder.example"}
    with build(settings.model_copy(update=server)) as services:
        yield services


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Post.state)))


def later(services: Services, minutes: int) -> None:
    """Let the waiting posts' time come."""
    with services.database.writing() as session:
        session.execute(update(Post).values(next_at=services.clock.now() - timedelta(minutes=minutes)))


def test_a_released_mail_is_sent_once(firm: Services, mail: MailServer) -> None:
    assert send_all(firm) == {"sent": 1}
    assert send_all(firm) == {}
    [text] = mail.taken
    message = message_from_string(text)
    with firm.database.reading() as session:
        [item] = session.scalars(select(OutboxItem).where(OutboxItem.channel == "mail"))
    assert message["From"] == "office@alder.example" and message["To"] in " ".join(item.recipients)
    assert message["Subject"] == item.subject and item.sent_at is not None
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes) and body.decode().split() == item.body.split()


def test_a_server_that_says_later_is_asked_again_and_one_that_refuses_is_told(firm: Services, mail: MailServer) -> None:
    mail.data = "451 try again later"
    assert send_all(firm) == {"waiting": 1}
    assert send_all(firm) == {}  # its time has not come
    later(firm, 1)
    mail.recipient = "550 no such mailbox"
    assert send_all(firm) == {"refused": 1}
    mail.recipient = mail.data = "250 ok"
    later(firm, 1)
    assert send_all(firm) == {} and mail.taken == []
    [row] = find("outbox-list").load()(firm, {"as": PARTNER}, silent).data
    assert row["state"] == "refused" and "550 no such mailbox" in row["error"]
    assert find("outbox-decide").load()(firm, {"id": row["id"], "decision": "again", "as": PARTNER}, silent)
    assert send_all(firm) == {"sent": 1} and len(mail.taken) == 1


def test_a_server_that_is_away_is_waited_for_and_given_up_after_hours(firm: Services, mail: MailServer) -> None:
    firm.settings = firm.settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:9")})
    tries: list[dict[str, int]] = []
    for _ in range(8):
        later(firm, 1)
        tries.append(send_all(firm))
    assert tries == [{"waiting": 1}] * 7 + [{"refused": 1}]


def test_what_was_being_sent_when_the_program_ended_is_never_sent_again_by_itself(
    firm: Services, mail: MailServer
) -> None:
    """Killed between the claim and the settling: nobody can know whether the server has it."""
    with firm.database.writing() as session:
        scope = system_scope(session, "post", now=firm.clock.now(), today=firm.clock.today())
        queue_posts(scope, briefs=False)
        letter = claim(scope)
        assert letter is not None and claim(scope) is None
    assert send_all(firm) == {} and states(firm.database) == ["sending"]
    with firm.database.writing() as session:
        session.execute(update(Post).values(tried_at=firm.clock.now() - timedelta(minutes=11)))
    assert send_all(firm) == {"unsure": 1} and mail.heard == 0
    assert find("outbox-decide").load()(firm, {"id": letter.id, "decision": "sent", "as": PARTNER}, silent)
    assert states(firm.database) == ["sent"] and mail.heard == 0
    with pytest.raises(Conflict, match="it is sent"):
        find("outbox-decide").load()(firm, {"id": letter.id, "decision": "again", "as": PARTNER}, silent)


def test_a_server_that_hangs_up_after_the_message_is_tried_again_under_the_same_name(
    firm: Services, mail: MailServer
) -> None:
    mail.data = ""
    assert send_all(firm) == {"waiting": 1} and mail.heard == 1
    mail.data = "250 ok"
    later(firm, 1)
    assert send_all(firm) == {"sent": 1}
    with firm.database.reading() as session:
        assert message_from_string(mail.taken[0])["Message-ID"] == session.scalars(select(Post.message_id)).one()


def test_each_gets_their_own_brief_where_the_firm_wants_it(firm: Services, mail: MailServer) -> None:
    firm.settings = firm.settings.model_copy(update={"brief_by_mail": True})
    assert send_all(firm) == {"sent": 5}
    told = {
        message["To"]: message for message in map(message_from_string, mail.taken) if "Brief of" in message["Subject"]
    }
    assert len(told) == 4 and PARTNER in told
    assert send_all(firm) == {}
    with firm.database.reading() as session:
        ours = posts(open_scope(session, PARTNER, clock=firm.clock))
        assert [one.recipients for one in ours if one.client_ref is None] == [(PARTNER,)]


def test_nothing_is_sent_without_a_server_and_nobody_decides_about_others_mail(firm: Services) -> None:
    with pytest.raises(Invalid, match="there is no mail server"):
        server_of(firm.settings.model_copy(update={"smtp_url": None}))
    with pytest.raises(Invalid, match="smtp_from is missing"):
        server_of(firm.settings.model_copy(update={"smtp_from": None}))
    with pytest.raises(Invalid, match="it reads smtp://"):
        server_of(firm.settings.model_copy(update={"smtp_url": SecretStr("http://mail.alder.example")}))
    find("outbox-list").load()(firm, {}, silent)
    with pytest.raises(NotFound):
        find("outbox-decide").load()(firm, {"id": "pst_nothing", "decision": "again", "as": PARTNER}, silent)
