"""The forwarding address: what is answered, what is filed, what goes into the tray; and what is refused."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from api import smtp_in
from api.mailbox import as_job
from api.smtp_in import Receiver, open_receiver
from api.wiring import Services
from store.tables import LooseFile, Message, Source
from tests.sources.test_mailbox import addresses, message
from workspace import sources


@pytest.fixture
def address(inside: Services) -> str:
    with as_job(inside) as scope:
        sources.add(
            scope, inside.seal, sources.NewSource("smtp", "Ana", "any@in.alder.example"), inside.clock.real_now()
        )
    with as_job(inside) as scope:
        return sources.listed(scope, inside.seal, inside.clock.real_now())[0].address


@pytest.fixture
def receiver(inside: Services) -> Iterator[Receiver]:
    with open_receiver(inside) as opened:
        assert opened is not None
        yield opened


def wire(data: bytes) -> bytes:
    """A message with the ends of lines that it has on its way."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def send(receiver: Receiver, to: str, data: bytes, **more: Any) -> Any:
    with smtplib.SMTP("127.0.0.1", receiver.port, timeout=20) as line:
        return line.sendmail("bounces@elsewhere.example", [to], wire(data), **more)


def kept(services: Services) -> list[tuple[str, str]]:
    with services.database.reading() as session:
        query = select(Message.subject, Message.sender).where(Message.subject.like("%test %")).order_by(Message.subject)
        return [(subject, sender) for subject, sender in session.execute(query)]


def test_mail_that_is_answered_with_kept_is_on_the_timeline_or_in_the_tray(
    inside: Services, receiver: Receiver, address: str
) -> None:
    contact = addresses(inside)[0]
    redirected = message(contact, "ana@alder.example", "test redirected", ".A line with a full stop\nand more", "r1@x")
    attached = EmailMessage()
    attached["From"], attached["To"], attached["Subject"] = "ana@alder.example", address, "Fwd: with the mail attached"
    attached.set_content("See below")
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"], inner["Message-ID"] = (
        contact,
        "ana@alder.example",
        "test attached",
        "<r2@x>",
    )
    inner.set_content("The inner words")
    attached.add_attachment(inner)
    quoted = f"FYI\n\n---------- Forwarded message ---------\nFrom: Somebody <{contact}>\nSubject: x\n\nThe words"
    for data in (
        redirected,
        attached.as_bytes(),
        message("ana@alder.example", address, "Fwd: test quoted", quoted, "r3@x"),
    ):
        send(receiver, address, data)
    send(receiver, address.upper(), redirected)  # sent again: it stands once
    assert kept(inside) == [
        ("Fwd: test quoted", "ana@alder.example"),
        ("test attached", contact),
        ("test redirected", contact),
    ]
    with inside.database.reading() as session:
        body = session.scalars(select(Message.body).where(Message.subject == "test redirected")).one()
    assert body.startswith(".A line with a full stop")
    send(receiver, address, message("pal@elsewhere.example", address, "test of nobody", "Who am I", "r4@x"))
    with inside.database.reading() as session:
        loose = session.scalars(select(LooseFile.path).where(LooseFile.path.like("forwarded/%"))).all()
        row = session.scalars(select(Source)).one()
        assert (len(loose), row.taken, row.passed) == (1, 3, 1)
    refs, tray = receiver.news()
    assert len(refs) == 1 and tray and receiver.news() == (set(), False)


def test_only_the_firms_own_address_takes_mail_and_guessing_ends(receiver: Receiver, address: str) -> None:
    token = address.partition("+")[2].partition("@")[0]
    for wrong in (
        "ana@in.alder.example",
        f"in+{token}@elsewhere.example",
        f"in+{token[:-1]}{'y' if token.endswith('x') else 'x'}@in.alder.example",
        f"{token}@in.alder.example",
    ):
        with (
            smtplib.SMTP("127.0.0.1", receiver.port, timeout=20) as line,
            pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
        ):
            line.sendmail("a@b.example", [wrong], b"Subject: x\r\n\r\nx")
        assert refused.value.recipients[wrong][0] == 550
    with smtplib.SMTP("127.0.0.1", receiver.port, timeout=20) as line:
        line.ehlo()
        line.mail("a@b.example")
        codes = [line.rcpt(f"in+{n}@in.alder.example")[0] for n in range(smtp_in.WRONG)]
    assert codes == [550] * (smtp_in.WRONG - 1) + [421]


def test_what_cannot_be_kept_now_is_to_be_sent_again(
    inside: Services, receiver: Receiver, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = message(addresses(inside)[0], "ana@alder.example", "test busy", "Words", "busy@x")
    really = sources.file_mails

    def busy(*_: object) -> int:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(sources, "file_mails", busy)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(receiver, address, data)
    assert refused.value.smtp_code == 451
    assert kept(inside) == []
    monkeypatch.setattr(sources, "file_mails", really)
    send(receiver, address, data)
    assert len(kept(inside)) == 1


def raw(receiver: Receiver, *said: bytes) -> bytes:
    """What the receiver answers to bytes that no library would send."""
    with socket.create_connection(("127.0.0.1", receiver.port), 20) as line:
        line.sendall(b"".join(said))
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while data := line.recv(65536):
            answer += data
    return answer


def test_sizes_counts_and_ends_of_lines_are_held(
    inside: Services, receiver: Receiver, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = f"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode()
    smuggled = raw(receiver, begin, b"Subject: x\r\n\r\none\n.\nMAIL FROM:<evil@b.example>\r\n.\r\nQUIT\r\n")
    assert b"554 5.6.0 a line must end in CR LF" in smuggled and smuggled.count(b"354") == 1
    receiver.most = 1000
    assert b"552 5.3.4" in raw(receiver, b"EHLO x\r\nMAIL FROM:<a@b.example> SIZE=1001\r\n")
    assert b"552 5.3.4" in raw(receiver, begin, b"Subject: x\r\n\r\n" + b"long line\r\n" * 200 + b".\r\n")
    assert b"503" in raw(receiver, b"EHLO x\r\nDATA\r\n") and b"503" in raw(receiver, b"MAIL FROM:<a@b.example>\r\n")
    assert b"500 5.5.2" in raw(receiver, b"EHLO " + b"x" * 3000 + b"\r\n")
    assert raw(receiver, b"EHLO x\r\nAUTH PLAIN x\r\nVRFY ana\r\nQUIT\r\n").endswith(
        b"252 2.5.0 nobody is named here\r\n221 2.0.0 good bye\r\n"
    )
    monkeypatch.setattr(smtp_in, "A_MINUTE", 0)
    assert b"450 4.7.0" in raw(receiver, b"EHLO x\r\nMAIL FROM:<a@b.example>\r\n")
    monkeypatch.setattr(smtp_in, "CONNECTIONS", 0)
    assert raw(receiver).startswith(b"421")
    assert kept(inside) == []


def test_it_is_encrypted_where_there_is_a_certificate(inside: Services, address: str, tmp_path: Path) -> None:
    file = certificate(tmp_path)
    inside.settings = inside.settings.model_copy(update={"smtp_in_cert": file})
    data = message(addresses(inside)[0], "ana@alder.example", "test safe", "Words", "tls@x")
    with open_receiver(inside) as opened:
        assert opened is not None
        with smtplib.SMTP("localhost", opened.port, timeout=20) as line:
            line.starttls(context=ssl.create_default_context(cafile=str(file)))
            line.ehlo()
            assert not line.has_extn("starttls")
            line.sendmail("a@b.example", [address], wire(data))
        assert len(kept(inside)) == 1
        assert b"501 5.5.4" in raw(opened, b"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<a@b.example>\r\n")


def certificate(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "cert.pem"
    file.write_bytes(pem + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file
