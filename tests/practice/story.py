"""The month that is played twice: who and how much, and what a home is compared by afterwards."""

import re
from collections import Counter
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from agents.reminders import remind
from agents.scan import scan_client
from api.wiring import Services
from store.tables import Base, Client, Engagement, Person, Task
from workspace.scope import system_scope

CLIENT, CONTACT, ADDRESS = "Lantern Books Inc", "Vera Lantern", "vera@lantern.example"
MATTER, AGAINST = "Okafor v. Tallgrass Rentals", "Tallgrass Rentals LLC"
PAPER, ASKED, BY_POST = "Articles of incorporation", "Articles of incorporation", "Lease of the shop"
SERVICES = {
    "books": {
        "title": "Bookkeeping",
        "template": "bookkeeping",
        "pricing": "recurring",
        "price": "450.00",
        "months": 1,
    },
    "return": {"title": "Corporate return", "template": "1120-S", "pricing": "fixed", "price": "2400.00"},
}
TERM = {"start": "2026-04-01", "end": "2027-03-31"}
INTAKE, LETTER, PAPERS, WORK, SHEET = (date(2026, 3, day) for day in (9, 10, 11, 12, 13))
ARRIVED, REMINDED, TRUST, PAID = (date(2026, 3, day) for day in (16, 18, 20, 31))
CLOSE, END = date(2026, 4, 15), date(2026, 4, 16)

# what is no record of the practice: doors, what machines keep for themselves, and what the two ways differ in by nature
LEFT_OUT = {
    "sign_ins",
    "sign_in_failures",
    "acts",  # each way groups its changes for undo as its pages and routes do
    "keyed_creations",
    "audit",
    "audit_head",
    "openings",  # whether a person looked at a draft on a page
    "client_summaries",  # made of the other tables, as of the revision that a client's many or few saves came to
    # what is read out of papers: the signed letter's certificate bears the signer's browser, address and moment
    "document_pages",
    "document_versions",
    "facts",
    "passages",
    "new_vectors",
    "scans",
    "client_scans",
    "signals",
}
DIFFERS = {
    "onboarding_steps": {"clicks", "seconds"},
    "reviews": {"seconds"},
    "signatures": {"address", "agent"},
    "signers": {"token_hash"},
    "signings": {"signed_paper"},  # its certificate names the browser, the address and the moment
    "documents": {"sha256", "content_hash", "size"},
    "people": {"password_hash"},
}
_ID = re.compile(r"\b([a-z]{2,8})_[0-9a-f]{16}\b")
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_SIGNED = re.compile(
    r"(signed \d{4}-\d\d-\d\d) [0-9a-f]{6}\.pdf"
)  # the end of the signing's id, so that names never meet


def night(services: Services, ref: str) -> None:
    """What happens within a minute of an upload and over night: the client's file is read, what was asked for is held against it, and
    reminders are drafted or withdrawn."""
    services.desk.rest()
    today, now = services.clock.today(), services.clock.now()
    scan_client(services, ref, as_of=today, now=now)
    remind(services, lambda session: system_scope(session, "night", now=now, today=today), [ref])


def records(services: Services) -> dict[str, Counter[str]]:
    """Every row of every table of the practice, without ids, hashes and the time of day; a reference to a client, a person, an engagement
    or a task is its name."""
    found: dict[str, Counter[str]] = {}
    with services.database.reading() as session:
        named: dict[str, str] = {}
        for key, name in (
            *session.execute(select(Client.id, Client.ref)),
            *session.execute(select(Person.id, Person.email)),
            *session.execute(select(Engagement.id, Engagement.ref)),
            *session.execute(select(Task.id, Task.title)),
        ):
            named[key] = name
        for table in Base.metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            kept = [one for one in table.columns if one.name not in DIFFERS.get(table.name, ())]
            found[table.name] = Counter(
                "; ".join(f"{column.name}={_plain(value, named)}" for column, value in zip(kept, row, strict=True))
                for row in session.execute(select(*kept))
            )
    return found


def _plain(value: Any, named: dict[str, str]) -> str:
    if isinstance(value, datetime):
        return "a moment"
    text = _ID.sub(lambda found: named.get(found[0], f"{found[1]}_"), str(value))
    return _SIGNED.sub(r"\1.pdf", _HASH.sub("a hash", text))


def differences(one: dict[str, Counter[str]], other: dict[str, Counter[str]]) -> list[str]:
    """Rows that only one of two homes has, by table."""
    return [
        f"{name} {mark} {row}"
        for name in sorted(one | other)
        for mark, left, right in (("-", one, other), ("+", other, one))
        for row in (left.get(name, Counter()) - right.get(name, Counter())).elements()
    ]
