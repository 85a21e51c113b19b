"""What follows when something happened: rules are met in waves until nothing more follows, each at most once.

A firing's id is the hash of rule, subject and occasion, and its row is written first: done again after a crash, from another process or
for the same entry, it meets itself. The acts of a wave are what the next wave looks at. All cases of a wave are judged before its first
act, and acted on in the order of their ids, so that neither the order of the rules nor that of the events changes what comes of them. It
ends because every wave needs a firing that was not there, and after DEEPEST waves no act is done any more.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from store import audit
from store.audit import AuditTag
from store.errors import TickmarkError
from store.ids import stable_id
from store.tables import Automation, AutomationFiring, Document, Person, Scan
from workspace.automations.acts import AFTERWARDS, Firing, act
from workspace.automations.around import Around, Case, look_around
from workspace.automations.happened import BEHIND, Event, dates, from_entries, papers
from workspace.automations.rules import Rule, as_rule
from workspace.automations.tags import TAGS
from workspace.scope import Right, Scope, scope_for
from workspace.snapshot import Snapshot
from workspace.undo import undoable

DEEPEST = 5
"""Waves that act: what a person did sets off the first."""
ACTOR = "automation"


def settle(scope: Scope) -> int:
    """Do what follows from the entries that this transaction puts on the trail; how many firings. `scope` is that of the software: all
    clients, no decision. Called by the committing door; without an entry that matters it asks the database nothing, without a rule that
    is on one question."""
    scope.require(Right.SCAN_RUN)
    entries: list[Mapping[str, Any]] = scope.session.info.get("audit", [])
    if not any(one["tag"] in TAGS for one in entries):
        return 0
    rules = switched_on(scope)
    seen, depth, fired = 0, 0, 0
    while rules and seen < len(entries):
        new, seen = [one for one in entries[seen:] if one["tag"] in TAGS], len(entries)
        if not new:
            break
        events = from_entries(scope, new, [one for one, _ in rules])
        fired += wave(scope, [one for one, _ in rules], events, depth)
        entries = scope.session.info.get("audit", [])
        depth += 1
    return fired


def switched_on(scope: Scope) -> list[tuple[Rule, Automation]]:
    """The rules that act, by id; one query."""
    rows = scope.session.scalars(select(Automation).where(Automation.since.is_not(None)).order_by(Automation.id))
    return [(rule_of(row), row) for row in rows]


def rule_of(row: Automation) -> Rule:
    """The rule that a row keeps."""
    return as_rule(
        {"name": row.name, "trigger": row.trigger, "conditions": row.conditions, "actions": row.actions}, row.id
    )


def due(scope: Scope) -> list[Event]:
    """The date triggers that have come and were not acted on: those of today, and of the days since the last night, when none ran; in
    order. Without a rule about dates one query, with some one for each, whatever the number of clients."""
    scope.require(Right.SCAN_RUN)
    rules = [(rule, row.since) for rule, row in switched_on(scope) if rule.trigger.kind == "date" and row.since]
    if not rules:
        return []
    last = scope.session.scalar(select(func.max(Scan.as_of)).where(Scan.as_of < scope.today, Scan.state == "done"))
    missed = max(last + timedelta(days=1), scope.today - BEHIND) if last else scope.today
    found: dict[str, Event] = {}
    for rule, since in rules:
        first = min(max(since.date(), missed), scope.today)
        found |= {firing_id(rule.id, one): one for one in dates(scope, rule.trigger, first, scope.today)}
    known = scope.session.scalars(select(AutomationFiring.id).where(AutomationFiring.on > missed - BEHIND - BEHIND))
    for one in known:
        found.pop(one, None)
    return sorted(set(found.values()))


def meet(scope: Scope, events: Sequence[Event]) -> int:
    """Act on these events; how many firings. What follows from the acts is the committing door's."""
    scope.require(Right.SCAN_RUN)
    return wave(scope, [one for one, _ in switched_on(scope)], events, 0)


def arrived(scope: Scope, client: Snapshot) -> int:
    """Act on the documents of a client that were read since; how many firings. Without a rule about documents one query."""
    scope.require(Right.SCAN_RUN)
    rules = [(rule, row) for rule, row in switched_on(scope) if rule.trigger.kind == "document"]
    if not rules:
        return 0
    first = min(row.since for _, row in rules if row.since is not None)
    wanted = [
        one.id
        for one in client.documents
        if one.received_at is not None and one.received_at >= first and one.duplicate_of is None and one.state == "read"
    ]
    if not wanted:
        return 0
    rows = scope.session.scalars(select(Document).where(Document.id.in_(wanted))).all()
    fired = 0
    for rule, row in rules:
        fresh = [one for one in rows if row.since is not None and one.received_at >= row.since]
        fired += wave(scope, [rule], papers(scope, fresh) if fresh else [], 0)
    return fired


def wave(scope: Scope, rules: Collection[Rule], events: Sequence[Event], depth: int) -> int:
    """Every rule that one of the events sets off for the first time acts; how many did."""
    if not events or not rules:
        return 0
    scope.session.flush()
    around = look_around(scope, rules, events)
    found = (around.case(rule, event) for rule in rules for event in events)
    cases = {firing_id(case.rule.id, case.event): case for case in found if case is not None}
    known = set(scope.session.scalars(select(AutomationFiring.id).where(AutomationFiring.id.in_(cases))))
    makers = select(Automation.id, Person).join(Person, Person.id == Automation.changed_by)
    answers = dict(scope.session.execute(makers).tuples().all())
    fresh = sorted(set(cases) - known)
    return sum(_fire(scope, one, cases[one], around, answers[cases[one].rule.id], depth) for one in fresh)


def firing_id(rule_id: str, event: Event) -> str:
    """The id of what a rule does for an event, however often it is met."""
    return stable_id("fire", rule_id, event.subject, event.occasion)


def _fire(scope: Scope, identity: str, case: Case, around: Around, answers: Person, depth: int) -> int:
    row = AutomationFiring(
        id=identity,
        client_id=case.client.id,
        automation_id=case.rule.id,
        rule=case.rule.name,
        subject=case.event.subject,
        occasion=case.event.occasion,
        engagement_id=case.work.id if case.work else None,
        why=case.event.why[:600],
        depth=depth,
        state="stopped" if depth >= DEEPEST else "done",
        did=[],
        problem=f"it would have been link {depth + 1} of a chain; a chain ends after {DEEPEST}"
        if depth >= DEEPEST
        else "",
        act_id=None,
        at=scope.now,
        on=scope.today,
    )
    try:
        with scope.session.begin_nested():
            scope.session.add(row)
    except IntegrityError:  # another process was faster, and does it
        return 0
    if row.state == "done":
        _do(scope, row, case, around, answers)
    told = {"rule": row.rule, "firing": row.id, "subject": row.subject, "state": row.state}
    note = "; ".join(str(one["what"]) for one in row.did) or row.problem
    audit.record(
        scope.session,
        AuditTag.AUTOMATION_FIRED,
        actor=scope.email,
        subject=f"automation:{row.automation_id}",
        now=scope.now,
        client_id=row.client_id,
        detail={**told, "note": f"“{row.rule}”: {note}"},
    )
    scope.session.flush()
    return 1


def _do(scope: Scope, row: AutomationFiring, case: Case, around: Around, answers: Person) -> None:
    """All of the rule's acts, or none of them with the reason."""
    entries: list[Any] = scope.session.info.setdefault("audit", [])
    touched: set[str] = scope.session.info.setdefault("touched", set())
    before, clients = len(entries), set(touched)
    firing = Firing(row.id, case, around, answers.id)
    by = scope_for(scope, answers)
    did: dict[int, Any] = {}
    numbered = list(enumerate(case.rule.actions))
    try:
        with scope.session.begin_nested():
            with undoable(by, f"Automation “{row.rule}”, {case.client.ref}") as undo:
                for number, one in numbered:
                    if one.kind not in AFTERWARDS:
                        did[number] = act(scope, one, firing)
            for number, one in numbered:
                if one.kind in AFTERWARDS:
                    did[number] = act(scope, one, firing)
            row.did, row.act_id = [did[number] for number, _ in numbered], undo.id or None
    except TickmarkError as error:
        del entries[before:]
        touched.intersection_update(clients)
        row.state, row.problem = "failed", str(error)[:600]
