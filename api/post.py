"""Sends what was released, and the briefs where the firm wants them by mail, through the firm's own mail server. Never twice.

A post is claimed in a transaction of its own before a word is said to the server, and settled in another afterwards; what lies between is
the one place where nobody can know, and there a person decides (workspace/posts.py). Composes nothing.
"""

import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from api.brief_text import brief_text
from api.commands.scopes import writing
from api.output import complain
from api.settings import Settings
from api.wiring import Services
from store.errors import Invalid, TickmarkError
from store.telling import note
from workspace.posts import Letter, claim, doubt, queue_posts, settle

if TYPE_CHECKING:
    from smtplib import SMTP

EVERY = 15.0  # seconds between two looks
_PATIENCE = 30.0  # seconds that the server may take for an answer


@contextmanager
def open_post(services: Services, every: float = EVERY) -> Iterator[None]:
    """Send in the background as long as the block lasts; without a mail server nothing is sent."""
    stopping = threading.Event()
    if services.settings.smtp_url is None:
        yield
        return
    server_of(services.settings)  # a setting that cannot be used is told at once
    thread = threading.Thread(target=_watch, args=(services, stopping, every), name="post", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def send_all(services: Services) -> dict[str, int]:
    """Queue what was released and not queued, send what waits; how many came to which state. Raises Invalid without a mail server."""
    server = server_of(services.settings)
    with writing(services, "post") as scope:
        found = {"unsure": doubt(scope)}
        queue_posts(scope, briefs=services.settings.brief_by_mail)
    while True:
        with writing(services, "post") as scope:
            letter = claim(scope)
        if letter is None:
            return {state: n for state, n in found.items() if n} | _links(services, server)
        refused, later = _deliver(server, letter, services)
        with writing(services, "post") as scope:
            states = [settle(scope, one, refused=refused, later=later) for one in letter.posts]
        for state in states:
            note("mail_posts", state=state)
            found[state] = found.get(state, 0) + 1


class Server:
    """Where mail goes: `smtp://user:password@host:port` or `smtps://…`."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise Invalid("the setting smtp_url cannot be used: it reads smtp://user:password@host:587")
        self.safe, self.host = parts.scheme == "smtps", parts.hostname
        self.port = parts.port or (465 if self.safe else 587)
        self.user, self.password = (unquote(one or "") for one in (parts.username, parts.password))
        self.sender = sender

    @contextmanager
    def open(self) -> "Iterator[SMTP]":
        """A connection, signed in. A password is never told to a server that does not encrypt."""
        context = ssl.create_default_context()
        if self.safe:
            talk: SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE, context=context)
        else:
            talk = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE)
        try:
            talk.ehlo()
            if not self.safe and talk.has_extn("starttls"):
                talk.starttls(context=context)
                talk.ehlo()
            elif not self.safe and self.user:
                raise smtplib.SMTPNotSupportedError(
                    "the server offers no encryption, and the password is not sent without"
                )
            if self.user:
                talk.login(self.user, self.password)
            yield talk
        finally:
            with suppress(OSError, smtplib.SMTPException):
                talk.quit()


def server_of(settings: Settings) -> Server:
    """The firm's mail server. Raises Invalid when it is not set, or not so that it can be used."""
    if settings.smtp_url is None:
        raise Invalid(
            "there is no mail server: set TICKMARK_SMTP_URL and TICKMARK_SMTP_FROM, or send what was released by hand"
        )
    if not settings.smtp_from:
        raise Invalid("the setting smtp_from is missing: the address that the firm's mail comes from")
    return Server(settings.smtp_url.get_secret_value(), settings.smtp_from)


def message_of(letter: Letter, sender: str, date: str) -> EmailMessage:
    """The message. A server that was told twice sees the same Message-ID."""
    message = EmailMessage()
    message["From"], message["To"] = sender, ", ".join(letter.recipients)
    message["Subject"], message["Date"], message["Message-ID"] = (
        " ".join(letter.subject.split()),
        date,
        letter.message_id,
    )
    message.set_content(brief_text(letter.brief) if letter.brief is not None else letter.body)
    return message


def _deliver(server: Server, letter: Letter, services: Services) -> tuple[str, str]:
    """Give it to the server: ("", "") when it was taken; what was said when it is refused for good, or to be tried later."""
    return hand_over(server, message_of(letter, server.sender, format_datetime(services.clock.now())))


def _links(services: Services, server: "Server") -> dict[str, int]:
    """The links into the portal that wait; how many went."""
    from api.portal.post import send_links

    settings = services.settings
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    went = send_links(services, server, f"{base}/portal")
    return {"links": went} if went else {}


def hand_over(server: "Server", message: EmailMessage) -> tuple[str, str]:
    """Give a message to the server: ("", "") when it was taken; what was said when it is refused for good, or to be tried later."""
    try:
        with server.open() as talk:
            # a recipient that the server does not take is told; the others have it, and would have it twice at another try
            not_taken = talk.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        answers = error.recipients.values()
        said = "; ".join(_said(*answer) for answer in answers)
        return ("", said) if all(code < 500 for code, _ in answers) else (said, "")
    except smtplib.SMTPAuthenticationError as error:
        return "", f"the mail server does not accept the password ({error.smtp_code}); check TICKMARK_SMTP_URL"
    except smtplib.SMTPResponseException as error:
        said = _said(error.smtp_code, error.smtp_error)
        return (said, "") if error.smtp_code >= 500 else ("", said)
    except (smtplib.SMTPException, OSError) as error:
        return "", f"the mail server cannot be reached: {error}"
    return ("; ".join(f"{to}: {_said(*answer)}" for to, answer in not_taken.items()), "") if not_taken else ("", "")


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}".strip()


def _watch(services: Services, stopping: threading.Event, every: float) -> None:
    from sqlalchemy.exc import OperationalError

    while not stopping.wait(every):
        try:
            send_all(services)
        except (TickmarkError, OperationalError) as error:
            complain(f"mail: {error}")
