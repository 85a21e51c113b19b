"""`tickmark portal show|invite|revoke`: which contacts of a client may come in. A link is told once, in the answer that made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from workspace.billing.amounts import as_json
from workspace.portal import staff
from workspace.scope import Scope

_STATES = {"none": "not let in", "in": "may come in", "revoked": "way in taken back"}


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `as`. Its contacts with their ids, the lists a link can lead to, and what waits in quarantine."""
    with reading(services, "portal", arguments.get("as")) as scope:
        found = staff.overview(scope, arguments["client"])
    lines = [
        f"{one.id}  {one.name}{f' <{one.email}>' if one.email else ''}: {_STATES[one.state]}"
        + (f", last here {one.seen_at.date()}" if one.seen_at else "")
        + (", asked for a link" if one.asked_at else "")
        for one in found.contacts
    ]
    lines += [f"{key}  {title}" for key, title in found.lists]
    lines += [f"{one.id}  {one.name} of {one.contact} waits in quarantine: {one.finding}" for one in found.held]
    return Result(as_json(found), "\n".join(lines) or "This client has no contact.")


def invite(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `contact`: an id or an e-mail address, `as`; `also`: refs of other clients of hers, `list`: where the link leads; `mail`:
    it is mailed, and not told."""
    mailed, settings = bool(arguments.get("mail")), services.settings
    if mailed and settings.smtp_url is None:
        raise Invalid("there is no mail server: leave --mail out, and hand the link over yourself")
    with _really_writing(services, arguments["as"]) as scope:
        contact = _contact(scope, arguments["client"], arguments["contact"])
        link = staff.invite(
            scope,
            arguments["client"],
            contact,
            also=arguments.get("also") or (),
            request_id=arguments.get("list"),
            seal=services.seal if mailed else None,
        )
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    url = None if mailed else f"{base}/portal/in/{link.secret}"
    told = {"contact": contact, "url": url, "until": link.until.isoformat()}
    if url is None:
        return Result(told, f"{link.name} may come in; the link is mailed and works until {link.until.date()}.")
    said = f"{link.name} may come in: {url} until {link.until.date()}"
    return Result(told, f"{said}\nShown once, works once, and sent to nobody: hand it on.")


def revoke(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `contact`: an id or an e-mail address, `as`. At once."""
    with _really_writing(services, arguments["as"]) as scope:
        contact = _contact(scope, arguments["client"], arguments["contact"])
        staff.revoke(scope, arguments["client"], contact)
    return Result({"contact": contact}, "Taken back: her next click finds nothing, and her links open nothing.")


@contextmanager
def _really_writing(services: Services, email: str) -> Iterator[Scope]:
    """By the real clock whatever day is pinned: a link ends at a moment."""
    with writing(services, "portal", email) as scope:
        yield replace(scope, now=services.clock.real_now())


def _contact(scope: Scope, ref: str, said: str) -> str:
    """The id of the client's contact of that id or address. Raises Invalid for an address of several, or of none."""
    here = staff.overview(scope, ref).contacts
    found = [one for one in here if said == one.id or (one.email and said.strip().lower() == one.email.lower())]
    if len(found) != 1:
        some = ", ".join(f"{one.id} {one.name}" for one in (found or here)) or "none"
        raise Invalid(f"name one contact of {ref} by id or e-mail address; there are: {some}")
    return found[0].id
