"""The firm's automations: listed, made, changed, switched, taken away. Every change stands on the trail and can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Automation, AutomationFiring, Person
from workspace.automations.engine import rule_of
from workspace.automations.rules import Action, Rule, as_plain, as_rule, only, then, when
from workspace.directory.fields import fields_of
from workspace.directory.words import note
from workspace.scope import Right, Scope
from workspace.undo import expect, mark_of, undoable

MOST = 200


@dataclass(frozen=True)
class Listed:
    """A rule in the list. `since` None: switched off. `fired` and `last` count what the asker may see; `failed` those that could not."""

    id: str
    rule: Rule
    when: str
    only: str
    then: tuple[str, ...]
    since: datetime | None
    mark: str
    changed_by: str
    changed_at: datetime
    origin: str | None
    fired: int
    failed: int
    last: datetime | None


def automations(scope: Scope, rule_id: str | None = None) -> tuple[Listed, ...]:
    """All rules, those that act first, by name, or the one of that id or name; two queries. Raises Forbidden without automation:set."""
    scope.require(Right.AUTOMATION_SET)
    row = AutomationFiring
    counted = scope.session.execute(
        select(row.automation_id, row.state, func.count(), func.max(row.at))
        .where(row.client_id.in_(scope.clients()))
        .group_by(row.automation_id, row.state)
    ).tuples()
    counts: dict[str, list[tuple[str, int, datetime]]] = {}
    for rule_id, state, many, at in counted:
        counts.setdefault(rule_id, []).append((state, many, at))
    query = select(Automation, Person.name).join(Person, Person.id == Automation.changed_by)
    if rule_id is not None:
        query = query.where((Automation.id == rule_id) | (Automation.name == rule_id))
    found = [_listed(one, by, counts.get(one.id, [])) for one, by in scope.session.execute(query).tuples()]
    return tuple(sorted(found, key=lambda one: (one.since is None, one.rule.name.casefold(), one.id)))


def _listed(row: Automation, by: str, counts: list[tuple[str, int, datetime]]) -> Listed:
    rule = rule_of(row)
    return Listed(
        row.id,
        rule,
        when(rule.trigger),
        only(rule.conditions),
        tuple(then(one) for one in rule.actions),
        row.since,
        mark_of(row),
        by,
        row.changed_at,
        row.origin,
        sum(many for _, many, _ in counts),
        sum(many for state, many, _ in counts if state in ("failed", "stopped")),
        max((at for _, _, at in counts), default=None),
    )


def automation(scope: Scope, rule_id: str) -> Automation:
    """The row of that id, or of that name. Raises Forbidden, NotFound."""
    scope.require(Right.AUTOMATION_SET)
    found = scope.session.scalars(
        select(Automation).where((Automation.id == rule_id) | (Automation.name == rule_id))
    ).first()
    if found is None:
        raise NotFound(f"there is no automation {rule_id}")
    return found


def listed(scope: Scope, rule_id: str) -> Listed:
    """One rule as it is listed. Raises Forbidden, NotFound."""
    found = automations(scope, rule_id)
    if not found:
        raise NotFound(f"there is no automation {rule_id}")
    return found[0]


def add(scope: Scope, given: Mapping[str, Any], origin: str | None = None) -> tuple[str, str]:
    """Keep a new rule, switched off: (its id, the act). Raises Forbidden, Invalid, Conflict for a name that is there."""
    scope.require(Right.AUTOMATION_SET)
    rule = _checked(scope, given)
    if len(scope.session.scalars(select(Automation.id)).all()) >= MOST:
        raise Invalid(f"the firm has {MOST} automations: take one away first")
    identity = new_id("auto")
    with undoable(scope, f"New automation “{rule.name}”") as act:
        scope.session.add(Automation(id=identity, since=None, origin=origin, **_columns(scope, rule)))
        note(scope, AuditTag.AUTOMATION_SET, f"automation:{identity}", **_told(rule))
    return identity, act.id


def change(scope: Scope, rule_id: str, given: Mapping[str, Any], mark: str | None = None) -> str:
    """Change a rule; what it did stays in the log, and nothing is done again for it. The act. Raises also Conflict by `mark`."""
    row = automation(scope, rule_id)
    expect(row, mark, "the automation")
    rule = _checked(scope, given, row.id)
    with undoable(scope, f"Changed the automation “{rule.name}”") as act:
        same = as_plain(rule_of(row)) == as_plain(rule)
        if not same:
            for name, value in _columns(scope, rule).items():
                setattr(row, name, value)
            note(scope, AuditTag.AUTOMATION_SET, f"automation:{row.id}", **_told(rule))
    return act.id


def switch(scope: Scope, rule_id: str, *, on: bool, mark: str | None = None) -> str:
    """Switch a rule on, for what happens from now on, or off; the act."""
    row = automation(scope, rule_id)
    expect(row, mark, "the automation")
    if on == (row.since is not None):
        return ""
    with undoable(scope, f"Switched “{row.name}” {'on' if on else 'off'}") as act:
        row.since = scope.now if on else None
        row.changed_by, row.changed_at = scope.person_id or row.changed_by, scope.now
        note(scope, AuditTag.AUTOMATION_SWITCHED, f"automation:{row.id}", name=row.name, on=on)
    return act.id


def remove(scope: Scope, rule_id: str, mark: str | None = None) -> str:
    """Take a rule away; its log stays. The act."""
    row = automation(scope, rule_id)
    expect(row, mark, "the automation")
    with undoable(scope, f"Took away the automation “{row.name}”") as act:
        note(scope, AuditTag.AUTOMATION_REMOVED, f"automation:{row.id}", name=row.name)
        scope.session.delete(row)
    return act.id


def _checked(scope: Scope, given: Mapping[str, Any], rule_id: str = "") -> Rule:
    rule = as_rule(given, rule_id)
    taken = select(Automation.id).where(Automation.name == rule.name, Automation.id != rule_id)
    if scope.session.scalars(taken).first() is not None:
        raise Conflict(f"there is an automation “{rule.name}” already")
    addresses = {one.who for one in rule.actions if "@" in one.who} | {rule.conditions.partner} - {""}
    known = set(scope.session.scalars(select(Person.email).where(Person.email.in_(addresses), Person.active)))
    if unknown := sorted(addresses - known):
        raise Invalid(f"nobody who works here has the address {unknown[0]}")
    for one in rule.actions:
        if one.kind.endswith("-field"):
            _field(scope, one)
    return rule


def _field(scope: Scope, action: Action) -> None:
    from workspace.directory.fields import checked

    of = action.kind.removesuffix("-field")
    field = next((one for one in fields_of(scope, of) if one.name == action.value), None)
    if field is None:
        raise Invalid(f"the firm has no field {action.value!r} of {of}s")
    checked(field, action.text)


def _columns(scope: Scope, rule: Rule) -> dict[str, Any]:
    return {**as_plain(rule), "changed_by": scope.person_id, "changed_at": scope.now}


def _told(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "when": when(rule.trigger),
        "only": only(rule.conditions),
        "then": [then(one) for one in rule.actions],
    }
