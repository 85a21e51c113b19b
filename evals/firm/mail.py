"""Mail between clients and the firm: threads as records, and their writing as RFC 5322 messages and mbox files."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from io import BytesIO
from mimetypes import guess_type
from zoneinfo import ZoneInfo

from evals.firm import cast
from evals.firm.sample import Mail, Profile, Sample

_ZONE = ZoneInfo(cast.TIMEZONE)

# Day, whether the client writes, the words.
Turn = tuple[date, bool, str]


def thread(
    sample: Sample,
    profile: Profile,
    subject: str,
    turns: Sequence[Turn],
    *,
    at_firm: str = "",
    attachments: tuple[tuple[str, bytes], ...] = (),
    copied: str = "",
) -> str:
    """Adds a conversation between the client's first contact and one person of the firm; returns the root Message-ID.

    `at_firm` defaults to who prepares. Attachments go with the client's first message, `copied` is on every To line's Cc.
    """
    who = sample.person(at_firm or profile.owner_email)
    owner = profile.owners[0]
    client, firm = (owner.name, owner.email), (who.name, who.email)
    cc = ((sample.person(copied).name, copied),) if copied else ()
    rng = sample.rng("thread", profile.ref, subject)
    root = parent = None
    given = False
    earlier: datetime | None = None
    for number, (on, inbound, body) in enumerate(turns):
        sent = datetime.combine(on, time(rng.randint(8, 16), rng.randint(0, 59), rng.randint(0, 59)), _ZONE)
        if earlier and sent <= earlier:
            sent = earlier + timedelta(minutes=rng.randint(12, 55))
        host = (client if inbound else firm)[1].split("@")[1]
        message_id = f"<{sent:%Y%m%d%H%M%S}.{rng.getrandbits(40):010x}@{host}>"
        root = root or message_id
        attached = attachments if inbound and not given else ()
        given = given or inbound
        sample.mail.append(
            Mail(
                client_ref=profile.ref,
                message_id=message_id,
                parent=parent,
                thread=root,
                sent=sent,
                sender=client if inbound else firm,
                to=(firm,) if inbound else (client,),
                cc=cc,
                subject=subject if number == 0 else f"Re: {subject}",
                body=_signed(
                    sample,
                    body,
                    client[0] if inbound else firm[0],
                    inbound,
                    earlier,
                    turns[number - 1][2] if number else "",
                ),
                inbound=inbound,
                attachments=attached,
            )
        )
        parent, earlier = message_id, sent
    assert root is not None
    return root


def _signed(sample: Sample, body: str, name: str, inbound: bool, earlier: datetime | None, before: str) -> str:
    """The words, a signature, and in an answer the quoted message before it."""
    sign = name.split()[0] if inbound else f"{name}\n{cast.FIRM}\n{cast.FIRM_ADDRESS[2]}"
    text = f"{body}\n\n{sign}\n"
    if earlier:
        quoted = "\n".join(f"> {line}" for line in before.split("\n"))
        text += f"\nOn {earlier:%a}, {earlier:%b} {earlier.day}, {earlier.year} at {earlier:%I:%M %p}, you wrote:\n{quoted}\n"
    return text


def message_bytes(message: Mail) -> bytes:
    """The message as it travels, with a boundary that does not change from run to run."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.sent)
    mail["From"] = _address(message.sender)
    mail["To"] = ", ".join(_address(person) for person in message.to)
    if message.cc:
        mail["Cc"] = ", ".join(_address(person) for person in message.cc)
    mail["Subject"] = message.subject
    if message.parent:
        mail["In-Reply-To"] = message.parent
        mail["References"] = (
            message.parent if message.parent == message.thread else f"{message.thread} {message.parent}"
        )
    mail.set_content(message.body)
    for name, data in message.attachments:
        kind, _, sub = (guess_type(name)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(data, maintype=kind, subtype=sub, filename=name)
    if mail.is_multipart():
        mail.set_boundary(f"=_{hash_of(message.message_id):016x}")
    out = BytesIO()
    BytesGenerator(out, policy=SMTP).flatten(mail)
    return out.getvalue()


def hash_of(text: str) -> int:
    """A number from a text that is the same in every process."""
    value = 1469598103934665603
    for byte in text.encode():
        value = (value ^ byte) * 1099511628211 % 2**64
    return value


def _address(person: tuple[str, str]) -> str:
    name, email = person
    return f'"{name}" <{email}>' if any(c in name for c in ",.&") else f"{name} <{email}>"


def mbox_bytes(messages: Sequence[Mail]) -> bytes:
    """Messages as one mbox file (RFC 4155 with From-escaping)."""
    out = []
    for message in messages:
        lines = message_bytes(message).replace(b"\r\n", b"\n").split(b"\n")
        escaped = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
        stamp = message.sent.astimezone(ZoneInfo("UTC"))
        head = f"From {message.sender[1]} {stamp:%a %b} {stamp.day:2d} {stamp:%H:%M:%S %Y}".encode()
        out.append(b"\n".join([head, *escaped]) + b"\n")
    return b"".join(out)


def deliver(sample: Sample) -> None:
    """Writes all mail into the folder: every ninth client's as one mbox, the others' as .eml files."""
    by_client: dict[str, list[Mail]] = {}
    for message in sorted(sample.mail, key=lambda mail: mail.sent):
        by_client.setdefault(message.client_ref, []).append(message)
    for position, (ref, messages) in enumerate(sorted(by_client.items())):
        if position % 9 == 8:
            sample.file(f"mail/{ref} export.mbox", mbox_bytes(messages))
            continue
        for message in messages:
            words = "".join(c if c.isalnum() or c in " -" else "" for c in message.subject)[:48].strip()
            sample.file(f"mail/{message.sent:%Y-%m-%d %H%M} {ref} {words}.eml", message_bytes(message))
