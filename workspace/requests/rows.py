"""The rows of requests inside the asker's scope, one by one. Writes nothing."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import ClientRequest, Engagement, ItemMatch, RequestItem
from workspace.scope import Right, Scope

R = TypeVar("R", ClientRequest, RequestItem, ItemMatch)
LONGEST = 300  # characters of an item, a title, a hint


def list_of(scope: Scope, request_id: str, right: Right = Right.CLIENT_READ) -> ClientRequest:
    """The list of that id. Raises NotFound outside the scope, Forbidden inside it without the right."""
    return _row(scope, ClientRequest, request_id, right, "list of requests")


def item_of(scope: Scope, item_id: str, right: Right = Right.CLIENT_READ) -> RequestItem:
    """The item of that id, likewise."""
    return _row(scope, RequestItem, item_id, right, "item")


def match_of(scope: Scope, match_id: str, right: Right = Right.CLIENT_READ) -> ItemMatch:
    """The proposal of that id, likewise."""
    return _row(scope, ItemMatch, match_id, right, "proposal")


def _row(scope: Scope, table: type[R], key: str, right: Right, what: str) -> R:
    row = scope.session.scalars(
        select(table).where(table.id == key, table.client_id.in_(scope.clients()))
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no such {what}")
    scope.require(right)
    return row


def engagement_of(scope: Scope, ref: str) -> Engagement:
    """The engagement of that ref. Raises NotFound outside the scope."""
    row = scope.session.scalars(
        select(Engagement).where(Engagement.ref == ref, Engagement.client_id.in_(scope.clients()))
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no engagement {ref}")
    return row


def id_of_item(of: str, item: str, nth: int) -> str:
    """The id of the `nth` item of these words, from 0, that is asked for under an engagement (its ref), or of a client alone (as
    "client C-01")."""
    return stable_id("item", of, item, nth)


def in_order(of: str, item: str, ids: Iterable[str]) -> list[str]:
    """The items of these words that are on record, each at its number, so that an export and the load of it number them alike: one that
    has the id of a number stands there, as long as no number before it is missing; the others fill what is free."""
    rest = sorted(ids)
    own = {n: key for n in range(len(rest)) if (key := id_of_item(of, item, n)) in rest}
    others = iter(key for key in rest if key not in own.values())
    return [own[n] if n in own else next(others) for n in range(len(rest))]


def text_in(raw: str, what: str, *, longest: int = LONGEST) -> str:
    """A line that a person typed, on one line. Raises Invalid when it is empty or too long."""
    text = " ".join(raw.split())
    if not text:
        raise Invalid(f"say {what}")
    if len(text) > longest:
        raise Invalid(f"{what} has {len(text)} characters; at most {longest} are kept")
    return text


def noted(scope: Scope, tag: AuditTag, subject: str, client_id: str, **detail: object) -> None:
    """An entry on the trail."""
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=subject,
        now=scope.now,
        client_id=client_id,
        detail={name: value for name, value in detail.items() if value is not None},
    )
