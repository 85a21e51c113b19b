"""How long a browser's session stands, and when it must be shown again who sits there.

A session that nobody used for an hour is over. Where the firm asks two factors of somebody, a session in which only one was shown opens
nothing but the pages on which the other is shown or set up. What leaves the firm or changes who may do what (releasing, exporting, keys,
people) asks the second factor again of who has one, when it was shown some hours ago. Tokens of programs are left alone: they prove nothing
but what they carry.
"""

from datetime import datetime, timedelta
from typing import Any

from fastapi import Request

from api.door import NEED
from api.wiring import Services
from store.errors import TickmarkError
from workspace.scope import Right
from workspace.sign_in.second_factor import factors_of, needs_factor
from workspace.sign_in.sessions import FRESH, Opened

AGAIN = "/sign-in/again"
_OPEN = ("/sign-in/", "/sign-out", "/me/sign-in", "/static/")
"""Where somebody shows or sets up what is missing; each act there asks by itself (`require_fresh`)."""
STEP_UP = frozenset(
    {Right.BACKUP_MAKE, Right.CLIENT_ERASE, Right.DELIVERABLE_RELEASE, Right.EXPORT_WRITE, Right.KEY_ROTATE}
    | {Right.PEOPLE_MANAGE, Right.ROLE_SET, Right.WALL_SET}
)


class ProofNeeded(TickmarkError):
    """It must be shown again who is there, or a second factor set up."""

    status = 403


def is_idle(services: Services, found: Opened, now: datetime) -> bool:
    """Whether nobody used this session for so long that it is over."""
    door = found.door
    if door.kind != "session":
        return False
    last = services.gate.last(door.id) or door.used_at or door.created_at
    return now - max(last, door.created_at) > timedelta(minutes=services.settings.session_idle)


def require_both(request: Request, found: Opened) -> None:
    """Raises ProofNeeded for a session of one factor where the firm asks two of its person, but on the pages that mend it."""
    door = found.door
    if door.kind != "session" or door.proved_at is not None or not needs_factor(found.policy, found.person.role):
        return
    if not request.url.path.startswith(_OPEN):
        raise ProofNeeded("the firm asks for a second factor: show it, or set one up under Your settings, Signing in")


def step_up(services: Services, request: Request, who: Any) -> None:
    """Raises ProofNeeded for an act of STEP_UP by somebody who has a second factor and showed it too long ago."""
    need = request.scope.get(NEED)
    if need is None or not need.rights or not STEP_UP.issuperset(need.rights):
        return
    now = services.clock.real_now()
    if who.proved_at is not None and now - who.proved_at < timedelta(hours=services.settings.step_up_hours):
        return
    with services.database.reading() as session:
        has = factors_of(session, who.person_id)
    if has.any:
        raise ProofNeeded("this asks for your second factor again; show it, then do it once more")


def require_fresh(services: Services, who: Any) -> None:
    """For changes of how somebody signs in: raises ProofNeeded unless she showed who she is in the last minutes, with her second factor
    where she has one."""
    if who.csrf is None:
        raise ProofNeeded("how you sign in is changed in a browser, not by a program")
    with services.database.reading() as session:
        has = factors_of(session, who.person_id)
    shown = who.proved_at if has.any else who.fresh_at
    if shown is None or services.clock.real_now() - shown > FRESH:
        raise ProofNeeded("show once more that it is you, then change how you sign in")
