"""A person's own settings: the zone in which she reads times. The practice's day stays the firm's."""

from functools import cache
from zoneinfo import available_timezones

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, Invalid
from store.tables import Firm, Person
from workspace.scope import Scope

COMMON = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)


@cache
def zones() -> tuple[str, ...]:
    """Every zone that may be chosen, those of the firm's country first."""
    rest = sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix", "right")))
    return (*COMMON, *(one for one in rest if one not in COMMON), "UTC")


def set_zone(scope: Scope, zone: str | None) -> None:
    """The zone of the asker, None for the firm's. Raises Invalid for what is no zone, Forbidden for the system."""
    if scope.person_id is None:
        raise Forbidden("the system reads no clock on a wall")
    zone = (zone or "").strip() or None
    if zone is not None and zone not in zones():
        raise Invalid(f"there is no time zone {zone[:60]}")
    person = scope.session.get_one(Person, scope.person_id)
    if person.timezone == zone:
        return
    person.timezone = zone
    audit.record(
        scope.session,
        AuditTag.PERSON_ZONE_SET,
        actor=scope.email,
        subject=f"person:{person.id}",
        now=scope.now,
        detail={"zone": zone},
    )


def firm_zone(scope: Scope) -> str:
    """The firm's zone."""
    return scope.session.scalars(select(Firm.timezone)).first() or "America/New_York"
