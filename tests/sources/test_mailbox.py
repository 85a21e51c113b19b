"""A mailbox on a real server: nothing lost, nothing twice, nothing marked as read, however the line behaves."""

import threading
from collections import Counter
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import func, select

from api.imap import Cut, folder_name, ranges
from api.mailbox import as_job
from api.sources import read_source
from api.wiring import Services
from store.errors import Conflict, Invalid
from store.tables import Client, ClientContact, Contact, Document, IntakeFinding, Message, Source
from tests.homes import takes_long
from tests.sources.dovecot import PASSWORD, Dovecot, line_to, now_and_then
from workspace import sources

CLIENT = "marta@prairie.example"


def message(
    sender: str,
    to: str,
    subject: str,
    body: str,
    message_id: str | None = None,
    file: bytes | None = None,
    date: str = "Mon, 02 Mar 2026 09:00:00 -0500",
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, to, subject, date
    if message_id:
        mail["Message-ID"] = f"<{message_id}>"
    mail.set_content(body)
    if file is not None:
        mail.add_attachment(file, maintype="text", subtype="plain", filename="list.txt")
    return mail.as_bytes()


def mailbox(services: Services, box: str, port: int, **more: Any) -> str:
    """A source for a mailbox on this machine; its id."""
    given = {
        "kind": "imap",
        "address": f"{box}@alder.example",
        "host": "127.0.0.1",
        "port": port,
        "security": "plain",
        "secret": PASSWORD,
    }
    asked = sources.NewSource(**{**given, "user": box, **more})
    with as_job(services) as scope:
        return sources.add(scope, services.seal, asked, services.clock.real_now())


def addresses(services: Services) -> list[str]:
    """Addresses of contacts of one client each."""
    with services.database.reading() as session:
        query = select(Contact.email).join(ClientContact, ClientContact.contact_id == Contact.id)
        query = query.where(Contact.email.is_not(None)).group_by(Contact.email).having(func.count() == 1)
        return sorted(str(one) for one in session.scalars(query))


def subjects(services: Services) -> Counter[str]:
    """How often each of the test's subjects stands on a timeline."""
    with services.database.reading() as session:
        return Counter(session.scalars(select(Message.subject).where(Message.subject.like("test %"))))


def stands(services: Services, source_id: str) -> Source:
    with services.database.reading() as session:
        row = session.get(Source, source_id)
        assert row is not None
        session.expunge(row)
        return row


def at_once(_: float) -> None:
    """Nobody waits in a test."""


def read(services: Services, source_id: str) -> tuple[int, int]:
    turn = read_source(services, source_id, pause=at_once)
    return turn.taken, turn.passed


def filled(dovecot: Dovecot, box: str, contacts: list[str], count: int) -> tuple[set[str], int]:
    """A mailbox of three folders: mail of clients with Message-IDs that stand on two different ones, some without; copies in another
    folder; and mail of nobody. The subjects that must stand once, and how many are of nobody."""
    folders = ("", "Clients/2025 & before", "Sent")
    put: dict[str, dict[str, bytes]] = {name: {} for name in folders}
    wanted, nobody = set[str](), 0
    for n in range(count):
        folder, name = folders[n % 3], f"{1_700_000_000 + n}.M{n}.host"
        if n % 4 == 3:
            put[folder][name] = message(
                "pal@elsewhere.example", f"{box}@alder.example", f"test private {n}", "See you.", f"p{n}@x"
            )
            nobody += 1
            continue
        contact, staff = contacts[n % len(contacts)], "ana@alder.example"
        pair = (staff, contact) if folder == "Sent" else (contact, staff)
        number = None if n % 7 == 0 else f"m{n - n % 5}@x" if n % 5 == 1 else f"m{n}@x"
        data = message(*pair, f"test {n}", f"The words of {n}, that stand nowhere else.", number)
        put[folder][name] = data
        wanted.add(f"test {n}")
        if n % 10 == 0:  # somebody copied it into another folder
            put[folders[(n + 1) % 3]][f"{name}-copy"] = data
    for folder, messages in put.items():
        dovecot.put(box, folder.replace("&", "&-"), messages)
    return wanted, nobody


def goes_through(services: Services, dovecot: Dovecot, box: str, count: int, cut: tuple[int, int]) -> int:
    """Read a mailbox over a line that is cut at random, move a folder and renumber another, and read again; how often it was cut."""
    wanted, nobody = filled(dovecot, box, addresses(services), count)
    files = dovecot.files(box)
    with line_to(dovecot.port, now_and_then(9, *cut)) as line:
        source_id = mailbox(services, box, line.port)
        for _ in range(count):
            try:
                read_source(services, source_id, pause=at_once)
            except Cut:
                continue
            break
    assert subjects(services) == Counter(wanted), "each once, and nothing of nobody"
    row = stands(services, source_id)
    assert (row.taken, row.passed, row.error, row.failures) == (len(wanted), nobody, "", 0)
    assert dovecot.files(box) == files, "no message moved to `cur` or got a flag"
    dovecot.rename(box, "Sent", "Gone out")
    dovecot.renumber(box)
    with line_to(dovecot.port, now_and_then(10, *cut)) as again:
        with as_job(services) as scope:
            scope.session.get_one(Source, source_id).port = again.port
        for _ in range(count):
            try:
                assert read_source(services, source_id, pause=at_once).taken == 0
            except Cut:
                continue
            break
    assert subjects(services) == Counter(wanted)
    assert stands(services, source_id).error == ""
    return line.cuts + again.cuts


def test_a_line_that_is_cut_at_random_loses_nothing_and_doubles_nothing(inside: Services, dovecot: Dovecot) -> None:
    assert goes_through(inside, dovecot, "cut", 300, (3_000, 40_000)) >= 5


@takes_long
def test_ten_thousand_messages_over_a_line_that_is_cut(inside: Services, dovecot: Dovecot) -> None:
    import time

    began, spent = time.perf_counter(), time.process_time()
    cuts = goes_through(inside, dovecot, "many", 10_000, (50_000, 600_000))
    print(
        f"\n10,000 messages, {cuts} cuts: {time.perf_counter() - began:.1f} s, {time.process_time() - spent:.1f} s of CPU here"
    )
    assert cuts >= 20


def test_what_is_new_is_read_alone_and_a_new_contact_brings_what_was_passed_by(
    inside: Services, dovecot: Dovecot
) -> None:
    contact = addresses(inside)[0]
    dovecot.put("step", "", {"1.a": message(contact, "ana@alder.example", "test one", "One", "s1@x")})
    dovecot.put(
        "step", "", {"1.b": message("new@elsewhere.example", "ana@alder.example", "test before", "Before", "s2@x")}
    )
    with line_to(dovecot.port, lambda: None) as line:
        source_id = mailbox(inside, "step", line.port)
        assert read(inside, source_id) == (1, 1)
        assert read(inside, source_id) == (0, 0)
        asked = b"".join(line.sent)
        assert asked.count(b"EXAMINE") == 1, "a folder without news is not opened"
        assert b" SELECT " not in asked and b"STORE" not in asked
        assert asked.count(b"BODY.PEEK[]") == 1, "the mail of nobody never left the server"
        dovecot.put("step", "", {"2.c": message(contact, "ana@alder.example", "test two", "Two", "s3@x")})
        assert read(inside, source_id) == (1, 0)
        with as_job(inside) as scope:
            client = scope.session.scalars(select(Client).order_by(Client.ref)).first()
            assert client is not None
            scope.session.add(Contact(id="con_new", name="New", email="new@elsewhere.example"))
            scope.session.flush()
            scope.session.add(ClientContact(id="cc_new", client_id=client.id, contact_id="con_new"))
        assert read(inside, source_id)[0] == 1
    assert subjects(inside) == Counter(["test one", "test two", "test before"])


def test_one_message_id_on_two_mails_keeps_both_and_a_copy_only_one(inside: Services, dovecot: Dovecot) -> None:
    contact, ours = addresses(inside)[0], "ana@alder.example"
    first = message(contact, ours, "test same", "The first words", "dup@x")
    put = {
        "1.a": first,
        "1.b": b"Received: by another server\r\n" + first,
        "1.c": message(contact, ours, "test other words", "Other words", "dup@x"),
        "1.d": message(contact, ours, "test other file", "The first words", "dup@x", b"an attachment that nobody has"),
    }
    dovecot.put("dup", "", put)
    source_id = mailbox(inside, "dup", dovecot.port)
    read(inside, source_id)
    want = Counter(["test same", "test other words", "test other file"])
    assert subjects(inside) == want
    dovecot.renumber("dup")
    dovecot.put("dup", "Again", {f"{name}-again": data for name, data in reversed(put.items())})
    assert read(inside, source_id)[0] == 0
    assert subjects(inside) == want


def test_a_mail_that_is_too_big_is_a_finding_of_its_client(inside: Services, dovecot: Dovecot) -> None:
    contact = addresses(inside)[0]
    inside.settings = inside.settings.model_copy(update={"max_file_mb": 1})
    dovecot.put(
        "big",
        "",
        {"1.a": message(contact, "ana@alder.example", "test big", "x" * 70 + "\n", "b@x", b"0123456789\n" * 120_000)},
    )
    dovecot.put("big", "", {"1.b": message(contact, "ana@alder.example", "test small", "Small", "c@x")})
    assert read(inside, mailbox(inside, "big", dovecot.port))[0] == 1
    with inside.database.reading() as session:
        told = session.scalars(select(IntakeFinding.message).where(IntakeFinding.message.like("%too big%"))).all()
        assert session.scalars(
            select(Document.state).where(Document.path.like("mail/%"), Document.state == "refused")
        ).all()
    assert len(told) == 1 and contact in told[0] and "big@alder.example" in told[0]


def test_a_refused_password_and_what_may_not_be_asked_are_told_in_words(inside: Services, dovecot: Dovecot) -> None:
    dovecot.put("words", "", {})
    source_id = mailbox(inside, "words", dovecot.port, secret="wrong")
    with pytest.raises(Conflict, match=r"refused the password for words.*app password"):
        read(inside, source_id)
    row = stands(inside, source_id)
    assert row.failures == 1 and "refused the password" in row.error and row.ok_at is None
    assert "wrong" not in row.secret and row.secret.startswith("sealed:")
    with as_job(inside) as scope:
        sources.change(scope, inside.seal, source_id, inside.clock.real_now(), secret=PASSWORD)
    assert read(inside, source_id) == (0, 0)
    with pytest.raises(Conflict, match="there is no folder Nowhere in the mailbox; it has INBOX"):
        read(inside, mailbox(inside, "words", dovecot.port, name="b", folders=["Nowhere"]))
    with pytest.raises(Invalid, match="does not lead to the public internet"):
        read(inside, mailbox(inside, "words", 143, name="c", host="10.0.0.9", security="tls"))
    with pytest.raises(Invalid, match="with encryption only"):
        read(inside, mailbox(inside, "words", 143, name="d", host="imap.example.com"))
    with pytest.raises(Cut, match=r"ended|no answer"):
        read(inside, mailbox(inside, "words", 1, name="e"))


def test_an_oauth_token_signs_in_as_the_server_asks_it(inside: Services) -> None:
    """Against words of a server: Dovecot looks a token up at a provider on the internet, which no test does."""
    import socket

    door = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        line, _ = door.accept()
        with line, line.makefile("rb") as words:
            line.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] hello\r\n")
            for told in iter(words.readline, b""):
                tag, _, command = told.strip().partition(b" ")
                if command.startswith(b"AUTHENTICATE"):
                    line.sendall(b"+ \r\n")
                    heard.append(words.readline().strip())
                    line.sendall(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
                    heard.append(words.readline().strip())
                    line.sendall(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials\r\n")
                elif command == b"CAPABILITY":
                    line.sendall(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")
                else:
                    line.sendall(b"* BYE\r\n" + tag + b" OK done\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with door:
        source_id = mailbox(
            inside, "tok", door.getsockname()[1], method="token", secret="ya29.token", user="tok@alder.example"
        )
        with pytest.raises(Conflict, match="refused the token"):
            read(inside, source_id)
    thread.join(5)
    import base64

    assert base64.b64decode(heard[0]) == b"user=tok@alder.example\x01auth=Bearer ya29.token\x01\x01"
    assert heard[1] == b""


def test_numbers_and_names_are_written_as_imap_has_them() -> None:
    assert ranges([1, 2, 3, 7, 9, 10]) == "1:3,7,9:10"
    assert folder_name("Entw&APw-rfe & &-x") == "Entwürfe & &x"
