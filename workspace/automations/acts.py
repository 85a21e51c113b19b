"""The acts of automations, one by one: told beforehand (a dry run) and done, through the same functions that people use.

What is told to a person and the order of a draft are no part of what can be undone: she may have read it, and a draft is rejected where it
waits for its review.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.errors import Conflict, Invalid
from store.ids import stable_id
from store.tables import AutomationDraft, ClientTag, Mention, Note, Person, Tag
from workspace.automations.around import Around, Case, due_of, worded
from workspace.automations.happened import said_day
from workspace.automations.rules import Action, drafts
from workspace.directory.fields import with_values
from workspace.directory.tags import add_tag, drop_tag
from workspace.directory.words import note
from workspace.requests import lists
from workspace.scope import Scope
from workspace.workflow.engagements import move_stage
from workspace.workflow.tasks import NewTask, add_task

Did = dict[str, Any]
AFTERWARDS = ("draft", "tell")
"""Acts outside of what can be undone."""


@dataclass(frozen=True)
class Firing:
    """What a firing acts with: its id, the case, what stands around it, who answers for the rule (an id of a person)."""

    id: str
    case: Case
    around: Around
    answers: str


def foretell(scope: Scope, action: Action, case: Case, around: Around) -> str:
    """What the action would do now, in words; what would stop it is said too. Writes nothing."""
    work, value = case.work, action.value
    if action.kind in ("task", "tell"):
        owner = around.owner(action.who, case)
        if owner is None:
            return f"nothing: nobody who may see {case.client.name} is its {action.who}"
        if action.kind == "tell":
            return f"tell {owner.name}: “{worded(value, case)}”"
        due = due_of(action, case, scope.today)
        return f"add “{worded(value, case)}” for {owner.name}" + (f", due {said_day(due)}" if due else "")
    if action.kind == "stage":
        stands = work is not None and work.stage == value
        there = " (it is there)" if stands else ""
        return f"move {work.title if work else 'the work'} to {value.replace('-', ' ')}{there}"
    if action.kind == "request":
        template = value or (work.template if work else "")
        if template not in lists.templates():
            return f"nothing: there is no request list for {template or 'this work'}"
        return f"ask for what is missing of the list {template}"
    if action.kind == "draft":
        return f"draft for review: {drafts().get(value, value)}"
    if action.kind in ("tag", "untag"):
        return f"tag the client “{value}”" if action.kind == "tag" else f"take the tag “{value}” off"
    return f"set {value} to “{action.text}”"


def act(scope: Scope, action: Action, firing: Firing) -> Did:
    """Do it; what was done in words, with its page. Raises what the act of a person would raise."""
    return {
        "task": _task,
        "stage": _stage,
        "request": _request,
        "draft": _draft,
        "tag": _tag,
        "untag": _tag,
        "client-field": _field,
        "engagement-field": _field,
        "tell": _tell,
    }[action.kind](scope, action, firing)


def _owner(action: Action, firing: Firing) -> Person:
    found = firing.around.owner(action.who, firing.case)
    if found is None:
        raise Invalid(f"nobody who may see {firing.case.client.name} is its {action.who}")
    return found


def _task(scope: Scope, action: Action, firing: Firing) -> Did:
    case, owner = firing.case, _owner(action, firing)
    due = due_of(action, case, scope.today)
    wanted = NewTask(
        case.client.ref, worded(action.value, case), owner.email, due, case.work.ref if case.work else None
    )
    row = add_task(scope, wanted)
    row.custom = {**row.custom, "automation": firing.id}
    said = f"added the task “{row.title}” for {owner.name}" + (f", due {said_day(due)}" if due else "")
    return {"what": said, "href": f"/tasks/{row.id}"}


def _stage(scope: Scope, action: Action, firing: Firing) -> Did:
    work = firing.case.work
    assert work is not None  # the rule needs work (Rule.needs_work)
    href = f"/clients/{firing.case.client.ref}/work#{work.ref}"
    if work.stage == action.value:
        return {"what": f"{work.title} was at {action.value.replace('-', ' ')} already", "href": href}
    if work.stage in ("ready-to-file", "filed", "done"):
        raise Conflict(f"{work.title} is {work.stage.replace('-', ' ')}: what a person decided is not taken back")
    move_stage(scope, work.ref, action.value)
    return {"what": f"moved {work.title} to {action.value.replace('-', ' ')}", "href": href}


def _request(scope: Scope, action: Action, firing: Firing) -> Did:
    work = firing.case.work
    assert work is not None
    seen = lists.preview(scope, work.ref, action.value or None)
    missing = frozenset(one.key for one in seen.items if not one.there and not one.come)
    href = f"/clients/{firing.case.client.ref}/requests"
    if not seen.items:
        raise Invalid(f"there is no request list for {work.template}: choose one in the rule")
    if not missing:
        return {"what": "asked for nothing: everything on the list is asked for or has come", "href": href}
    lists.make_list(scope, work.ref, lists.Making(action.value or None, missing))
    many = "1 item" if len(missing) == 1 else f"{len(missing)} items"
    return {"what": f"put {many} on the request list of {work.title}", "href": href}


def _tag(scope: Scope, action: Action, firing: Firing) -> Did:
    client, on = firing.case.client, action.kind == "tag"
    there = scope.session.scalars(
        select(Tag.name).join(ClientTag, ClientTag.tag_id == Tag.id).where(ClientTag.client_id == client.id)
    ).all()
    href = f"/clients/{client.ref}/record"
    if (action.value in there) == on:
        return {"what": f"the tag “{action.value}” was {'there' if on else 'gone'} already", "href": href}
    (add_tag if on else drop_tag)(scope, client, action.value)
    return {"what": f"{'tagged the client' if on else 'took off the tag'} “{action.value}”", "href": href}


def _field(scope: Scope, action: Action, firing: Firing) -> Did:
    from store.audit import AuditTag

    client, work = firing.case.client, firing.case.work
    values = {action.value: action.text}
    if action.kind == "engagement-field" and work is not None:
        work.custom = with_values(scope, "engagement", work.custom, values)
        note(scope, AuditTag.FIELD_SET, f"engagement:{work.id}", client.id, fields=sorted(values))
    else:
        client.custom = with_values(scope, "client", client.custom, values)
        note(scope, AuditTag.FIELD_SET, f"client:{client.id}", client.id, fields=sorted(values))
    scope.session.flush()
    return {"what": f"set {action.value} to “{action.text}”", "href": f"/clients/{client.ref}/record"}


def _draft(scope: Scope, action: Action, firing: Firing) -> Did:
    work = firing.case.work
    row = AutomationDraft(
        id=stable_id("adr", firing.id, action.value),
        client_id=firing.case.client.id,
        firing_id=firing.id,
        slug=action.value,
        engagement_ref=work.ref if work else None,
        state="waiting",
        problem="",
        at=scope.now,
    )
    if scope.session.get(AutomationDraft, row.id) is None:
        scope.session.add(row)
        scope.session.flush()
    return {"what": f"ordered a draft for review: {drafts().get(action.value, action.value)}", "href": "/review"}


def _tell(scope: Scope, action: Action, firing: Firing) -> Did:
    """A word in the client's file that calls one person; it is hers to read under mentions."""
    case, owner = firing.case, _owner(action, firing)
    text = f"{worded(action.value, case)} ({case.event.why}; automation “{case.rule.name}”)"
    identity = stable_id("note", "automation", firing.id, owner.id, action.value)
    if scope.session.get(Note, identity) is None:
        scope.session.add(
            Note(
                id=identity,
                client_id=case.client.id,
                date=scope.today,
                author_id=None,
                text=text,
                custom={"automation": firing.id},
            )
        )
        scope.session.flush()
        scope.session.add(
            Mention(
                id=stable_id("men", identity, owner.id),
                client_id=case.client.id,
                note_id=identity,
                person_id=owner.id,
                by_id=firing.answers,
                at=scope.now,
                read_at=None,
            )
        )
        scope.session.flush()
    return {
        "what": f"told {owner.name}: “{worded(action.value, case)}”",
        "href": f"/clients/{case.client.ref}/timeline",
    }
