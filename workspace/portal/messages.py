"""What a contact writes to the firm: a message on her client's timeline and in the firm's inbox, as a mail from her would be.

Its words are data. The firm's answer is a released deliverable: there is no other way back.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.blobs import Blobs
from store.errors import Invalid
from store.ids import new_id
from store.tables import Client, Firm, Message, Person
from workspace.mail import AddressBook, Mail, receive_mail
from workspace.portal.scope import PortalScope, client_of, contact_of, inside
from workspace.scope import Right

LONGEST, SUBJECT = 5_000, 120
_NOBODY = AddressBook(frozenset(), {})


@dataclass(frozen=True)
class Sent:
    """A message of hers. `at` is aware UTC."""

    subject: str
    body: str
    client: str
    at: datetime | None


def send(scope: PortalScope, blobs: Blobs, client_ref: str, text: str, subject: str = "") -> str:
    """Send a message about one of her clients; that client's id. Raises NotFound, Invalid for an empty or a too long one."""
    client, contact = client_of(scope, client_ref), contact_of(scope)
    words = "\n".join(_plain(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    if not words:
        raise Invalid("Write a few words first.")
    if len(words) > LONGEST:
        raise Invalid(f"This is longer than we can take: {LONGEST:,} characters. Send the rest in a second message.")
    about = " ".join(_plain(subject).split())[:SUBJECT] or f"Message from {contact.name}"
    sender, to = (contact.email or contact.name).lower(), _answers(scope, client)
    identity = f"<portal.{contact.id}.{new_id('msg')}@tickmark.invalid>"
    raw = _letter(scope, contact.name, sender, to, about, words, identity)
    name = identity.strip("<>").split("@")[0]
    mail = Mail(
        path=f"portal/{name}.eml",
        blob=blobs.put(raw),
        size=len(raw),
        message_id=identity,
        subject=about,
        sender=sender,
        recipients=(to,) if to else (),
        sent_at=scope.now,
        thread=identity,
        body=words,
        client_refs=(client.ref,),
        source="portal",
    )
    receive_mail(inside(scope, Right.DOCUMENT_ADD), _NOBODY, [mail])
    audit.record(
        scope.session,
        AuditTag.PORTAL_WROTE,
        actor=scope.actor,
        subject=f"client:{client.id}",
        now=scope.now,
        client_id=client.id,
        detail={"characters": len(words)},
    )
    return client.id


def sent(scope: PortalScope, limit: int = 20) -> tuple[Sent, ...]:
    """What she wrote here, the newest first. One query."""
    rows = scope.session.execute(
        select(Message, Client.name)
        .join(Client, Client.id == Message.client_id)
        .where(Message.client_id.in_(scope.client_ids), Message.direction == "in")
        .where(Message.message_id.startswith(f"<portal.{scope.contact_id}.", autoescape=True))
        .order_by(Message.sent_at.desc(), Message.id)
        .limit(limit)
    ).tuples()
    return tuple(Sent(row.subject, row.body, client, row.sent_at) for row, client in rows)


def _answers(scope: PortalScope, client: Client) -> str:
    """The address of the client's partner, else of its manager."""
    wanted = select(Person.id, Person.email).where(Person.id.in_((client.partner_id, client.manager_id)), Person.active)
    known = dict(scope.session.execute(wanted).tuples().all())
    return known.get(client.partner_id or "") or known.get(client.manager_id or "") or ""


def _letter(scope: PortalScope, name: str, sender: str, to: str, subject: str, words: str, identity: str) -> bytes:
    message = EmailMessage()
    shown = "".join(one for one in _plain(name) if one not in '"\\<>,;:@')
    message["From"] = f'"{shown}" <{sender}>' if "@" in sender else f'"{shown}" <nobody@tickmark.invalid>'
    firm = scope.session.scalars(select(Firm.name).limit(1)).one_or_none() or "the firm"
    message["To"] = (
        to or f'"{"".join(one for one in _plain(firm) if one.isalnum() or one == " ")}" <nobody@tickmark.invalid>'
    )
    message["Subject"], message["Date"] = subject, format_datetime(scope.now)
    message["Message-ID"] = identity
    message.set_content(words)
    return message.as_bytes()


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isprintable() or one == "\t")
