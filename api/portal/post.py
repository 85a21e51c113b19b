"""Mails links into the portal through the firm's own server: a name, an address to open, how long it works, and nothing of any client."""

from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy.orm import Session

from api.post import Server, hand_over
from api.wiring import Services
from workspace.portal.mailing import LinkMail, claim_link, settle_link
from workspace.scope import Scope, system_scope


def send_links(services: Services, server: Server, base: str) -> int:
    """Mail the links that wait; how many went. `base` is the address of the portal, without a slash at its end."""
    went = 0
    while True:
        with services.database.writing() as session:
            mail = claim_link(_scope(services, session), services.seal)
        if mail is None:
            return went
        refused, later = hand_over(
            server, link_message(mail, server.sender, base, format_datetime(services.clock.real_now()))
        )
        with services.database.writing() as session:
            went += settle_link(_scope(services, session), mail.id, refused=refused, later=later) == "sent"


def link_message(mail: LinkMail, sender: str, base: str, date: str) -> EmailMessage:
    """The mail. A server that was told twice sees the same Message-ID."""
    firm = " ".join(mail.firm.split()) or "your accountant"
    lasts = f"{mail.days} days" if mail.days > 1 else "one day" if mail.days else "15 minutes"
    message = EmailMessage()
    message["From"], message["To"], message["Date"], message["Message-ID"] = sender, mail.to, date, mail.message_id
    message["Subject"] = f"Your link to {firm}"
    message.set_content(
        f"Hello {' '.join(mail.name.split())},\n\n"
        f"open this to see what {firm} has for you and needs from you:\n\n"
        f"{base}/in/{mail.secret}\n\n"
        f"It works once, within {lasts}. No password is needed. If it does not work any more, that page sends you a new one.\n\n"
        "If you did not expect this mail, you need not do anything.\n"
    )
    return message


def _scope(services: Services, session: Session) -> Scope:
    return system_scope(session, "post", now=services.clock.real_now(), today=services.clock.today())
