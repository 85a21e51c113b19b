"""The door of commands, tools and jobs: who runs one has what its line in access.toml names, before anything of it runs.

A command runs for the person whom `as` names, with her rights, or for the operator at the machine, with those of the system: whoever can
run programs on this machine as its user reads the files anyway, so that what the system may not do is not a secret from the operator but a
decision that has to carry somebody's name. A tool runs for the holder of a token, with the token's rights.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from api.access import ANYONE, Need, table
from api.wiring import Services
from store import audit
from store.audit import AuditTag
from store.errors import Forbidden
from workspace.scope import RIGHTS, Right, open_scope

ONLY = "only"
"""The argument of a command that narrows its person to these rights."""


class Narrowed(str):
    """A person's address, and the rights she is narrowed to in this command: she is asked by way of a token that may do less."""

    only: frozenset[Right]

    def __new__(cls, email: str, only: Iterable[Right]) -> "Narrowed":
        made = super().__new__(cls, email)
        made.only = frozenset(only)
        return made


def only_of(email: str | None) -> frozenset[Right] | None:
    """The rights that a person of a command is narrowed to, None when to none."""
    return email.only if isinstance(email, Narrowed) else None


def admitted(services: Services, name: str, arguments: Mapping[str, Any], whom: str) -> dict[str, Any]:
    """The arguments with which the command may run; `whom` is the argument that names the person.

    Raises Forbidden, naming the right, and NotFound when nobody of that address works here."""
    need, email = table().of("commands", name), arguments.get(whom)
    only = _rights(arguments[ONLY]) if arguments.get(ONLY) is not None else None
    if not email:
        if only is not None or need.whom == ANYONE or not need.met_by(RIGHTS["system"]):
            raise Forbidden(f"the operator at the machine lacks the right {need}; say who does this: --{whom}")
        return dict(arguments)
    with services.database.reading() as session:
        scope = open_scope(session, email, clock=services.clock)
        rights = scope.rights if only is None else scope.rights & only
    try:
        need.require(f"{scope.email} ({scope.role})" if only is None else "this token", rights)
    except Forbidden:
        _note(services, scope.email, name, need)
        raise
    kept = {key: value for key, value in arguments.items() if key != ONLY}
    return kept if only is None else kept | {whom: Narrowed(email, only)}


def _note(services: Services, email: str, name: str, need: Need) -> None:
    """Who was refused which command, on the trail."""
    with services.database.writing() as session:
        audit.record(
            session,
            AuditTag.ACCESS_REFUSED,
            actor=email,
            subject=f"command:{name}",
            now=services.clock.now(),
            detail={"needs": str(need)},
        )


def _rights(names: Iterable[str]) -> frozenset[Right]:
    """The rights of these names; one that is no right any more gives nothing."""
    return frozenset(one for one in Right if one.value in set(names))
