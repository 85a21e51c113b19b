"""Shows the brief that was kept, with what people decided since laid over it. Reads only, and never composes one anew.

What the reader may no longer see (a wall, a client given to somebody else) is taken out, however old the brief.
"""

import re
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select

from store.errors import NotFound
from store.tables import Brief, Client, SignalDecision
from workspace.brief.gather import reading_of, zone_of
from workspace.brief.queue import first_of_queue
from workspace.brief.trail import trail_of
from workspace.brief.verdict import verdict
from workspace.money_sight import brief_as_seen
from workspace.raised import HIDDEN, newest_decisions, state_of
from workspace.scope import Scope

_CARDS = ("needs_you", "worth_a_look")
_NAMES, _REF = b'"client_ref":', re.compile(rb'"client_ref":"([^"\\]*)"')


def read_brief(scope: Scope, as_of: date | None = None, *, queue: int | None = None) -> dict[str, Any]:
    """The asker's newest brief, or that of a day, in six queries, a partner's in seven. `queue`: so many of what waits for her, None: all.

    Cards and their lines carry the state that they have now; a card is hidden (dismissed, snoozed) when all its lines are. The queue is
    the present one, and the verdict counts what is still there. Raises NotFound when there is none, Forbidden as `compose_brief`.
    """
    reading_of(scope)
    payload = brief_as_seen(scope, _kept(scope, as_of))
    decisions = newest_decisions(scope)
    # the queue that was kept is not gone through: the present one takes its place
    shown = _in_sight(scope, {name: value for name, value in payload.items() if name != "release_queue"})
    for section in _CARDS:
        shown[section] = [_live(card, decisions, scope.today) for card in shown[section]]
    shown["release_queue"], shown["release_summary"] = first_of_queue(
        scope, zone_of(scope), sys.maxsize if queue is None else queue
    )
    return shown | {"verdict": verdict(shown), "trail": trail_of(scope, payload)}


def _kept(scope: Scope, as_of: date | None) -> Mapping[str, Any]:
    wanted = select(Brief.payload).where(Brief.person_id == scope.person_id).order_by(Brief.as_of.desc()).limit(1)
    if as_of is not None:
        wanted = wanted.where(Brief.as_of == as_of)
    payload: dict[str, Any] | None = scope.session.scalars(wanted).one_or_none()
    if payload is None:
        day = f" of {as_of.isoformat()}" if as_of else ""
        option = f" --as-of {as_of.isoformat()}" if as_of else ""
        raise NotFound(f"there is no brief{day} for {scope.email} yet: `tickmark scan{option}` writes it")
    return payload


def _in_sight(scope: Scope, payload: dict[str, Any]) -> dict[str, Any]:
    """What is about clients that the asker sees. Nearly always it is all of it, and to look for their refs in the text takes a tenth of
    the time of going through what it says."""
    text = orjson.dumps(payload, default=str)
    refs = _REF.findall(text)
    named = {one.decode() for one in refs if one}  # without a ref it is about the whole firm
    found = scope.session.scalars(select(Client.ref).where(Client.ref.in_(named), Client.id.in_(scope.clients())))
    seen = set(found)
    if named == seen and text.count(_NAMES) == len(refs):
        return payload
    found = scope.session.scalars(select(Client.ref).where(Client.id.in_(scope.clients())))
    kept: dict[str, Any] = _only(payload, {*found, ""})
    return kept


def _only(value: Any, seen: set[str]) -> Any:
    """The value without what is about clients that are out of sight."""
    if isinstance(value, list):
        return [_only(one, seen) for one in value if not _out_of_sight(one, seen)]
    if isinstance(value, dict):
        return {name: None if _out_of_sight(one, seen) else _only(one, seen) for name, one in value.items()}
    return value


def _out_of_sight(value: Any, seen: set[str]) -> bool:
    return isinstance(value, dict) and "client_ref" in value and value["client_ref"] not in seen


def _live(card: dict[str, Any], decisions: Mapping[str, SignalDecision], today: date) -> dict[str, Any]:
    """The card with the states of today; it stands as its loudest line does that is not hidden."""
    lines = [
        line | {"state": state_of(decisions.get(line["key"]), line["evidence_hash"], today)} for line in card["lines"]
    ]
    still_open = [line for line in lines if line["state"] not in HIDDEN]
    loudest = max(still_open or lines, key=lambda line: (line["score"], line["key"]))
    return card | {"lines": lines, "state": loudest["state"]}
