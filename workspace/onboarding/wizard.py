"""What each step of an onboarding does: intake, conflict check, letter, authorizations, access, first list, tasks, welcome pack, the end.

Every step uses what the firm has for it elsewhere (directory, law, letters, requests, workflow, deliverables); here is only their order and
what must be true before a step counts as done. The status moves prospect, onboarding (the letter's step is behind), active (the end).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid
from store.ids import new_id
from store.tables import (
    AccessItem,
    Authorization,
    Client,
    ClientRequest,
    Contact,
    Deliverable,
    Engagement,
    EngagementLetter,
    Onboarding,
    OnboardingStep,
    RequestItem,
    Task,
)
from workspace.acting import person_of, record
from workspace.directory.contacts import add_contact, link, seen_contacts
from workspace.directory.entity import create_client
from workspace.directory.lifecycle import step as move_client
from workspace.law import conflicts
from workspace.letters.acts import note_in, text_in
from workspace.onboarding.steps import (
    PACK,
    Spent,
    access_onboarding,
    begin_steps,
    settle,
    step_of,
    tasks_follow,
    took,
)
from workspace.requests.lists import Making, make_list
from workspace.scope import Right, Scope, access_client
from workspace.workflow.engagements import begin as begin_work
from workspace.workflow.people import owner_for
from workspace.workflow.starting import Start, make_engagement, plan_steps
from workspace.workflow.templates import template_of

FORMS = ("2848", "8821", "state")


def begin(scope: Scope, values: Mapping[str, Any], contact: Mapping[str, Any], spent: Spent) -> str:
    """Take a prospect in: client, main contact, the onboarding as work; returns the onboarding's id. `values` as a new client's
    (workspace/directory/entity.py). The asker looks after the client where nobody else is named. Raises Invalid, Forbidden."""
    scope.require(Right.LETTER_WRITE)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    if scope.role == "partner":
        given.setdefault("partner", scope.email)
    elif scope.role == "manager":
        given.setdefault("manager", scope.email)
    ref, _ = create_client(scope, {**given, "status": "prospect"})
    client = _new(scope, ref)
    onboarding = _begun(scope, client)
    if note_in(contact.get("name")):
        _contact(scope, ref, contact)
    settle(scope, onboarding, step_of(scope, onboarding, "intake"), "done", spent)
    return onboarding.id


def begin_for(scope: Scope, client_ref: str) -> str:
    """Take in a client who is on record: a prospect, or one whose onboarding began elsewhere. Raises Conflict while one is open."""
    client = access_client(scope, client_ref, Right.LETTER_WRITE)
    there = select(Onboarding.id).where(Onboarding.client_id == client.id, Onboarding.state == "open")
    if scope.session.scalars(there).first() is not None:
        raise Conflict(f"{client.name} is being onboarded already")
    if client.status not in ("prospect", "onboarding"):
        raise Conflict(f"{client.name} is {client.status}: only a prospect is onboarded")
    onboarding = _begun(scope, client)
    settle(scope, onboarding, step_of(scope, onboarding, "intake"), "done", Spent())
    return onboarding.id


def _new(scope: Scope, ref: str) -> Client:
    """The client just made; a senior sees it from its engagement on, so it is looked up by its ref alone."""
    return scope.session.scalars(select(Client).where(Client.ref == ref)).one()


def _begun(scope: Scope, client: Client) -> Onboarding:
    scope.require(Right.ENGAGEMENT_WRITE)
    template = replace(template_of(scope, "onboarding"), steps=())  # its tasks come with the step of that name
    owner = owner_for(scope, client, None) or person_of(scope)
    work = make_engagement(
        scope, client, template, (scope.today, None), owner, Start(client.ref, "onboarding"), started_on=scope.today
    )
    row = Onboarding(
        id=new_id("onb"),
        client_id=client.id,
        engagement_id=work.id,
        state="open",
        started_by=person_of(scope),
        started_at=scope.now,
        moved_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    begin_steps(scope, row)
    record(scope, AuditTag.ONBOARDING_STARTED, f"onboarding:{row.id}", client.id, engagement=work.ref)
    return row


def _contact(scope: Scope, ref: str, contact: Mapping[str, Any]) -> None:
    """The person to write to: new, or the one whom the firm knows by that address."""
    email = note_in(contact.get("email"), 200).lower()
    known = None
    if email:
        same = select(Contact.id).where(func.lower(Contact.email) == email, Contact.id.in_(seen_contacts(scope)))
        known = scope.session.scalars(same.limit(1)).first()
    if known is not None:
        link(scope, ref, known, {"is_primary": True, "title": contact.get("title") or None})
        return
    add_contact(scope, ref, {**{k: v for k, v in contact.items() if v}, "is_primary": True})


def search(scope: Scope, identity: str, names: Sequence[str], spent: Spent) -> str:
    """Hold the client's name and these against everybody the firm knows; the id of the search. The step is done where nothing is found,
    else a partner decides."""
    onboarding, client = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "conflicts")
    asked = [client.name, *(one for one in names if one.strip())]
    found = conflicts.search_conflicts(scope, asked, client_ref=client.ref, about="onboarding")
    step.detail = {"search": found.id, "names": len(asked), "matches": len(found.matches)}
    settle(scope, onboarding, step, "open" if found.matches else "done", spent)
    return found.id


def decide(scope: Scope, identity: str, decision: str, reason: str, spent: Spent) -> None:
    """A partner's word on what the search found; a conflict that is declined ends the onboarding, and the client is a former one."""
    onboarding, client = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "conflicts")
    if not step.detail.get("search"):
        raise Invalid("search first: a decision is about what was found")
    conflicts.decide(scope, str(step.detail["search"]), decision, reason)
    step.detail = {**step.detail, "decision": decision}
    settle(scope, onboarding, step, "done", spent, reason)
    if decision == "declined":
        _over(scope, onboarding, "ended")
        move_client(scope, client, "former", f"conflict: {note_in(reason, 200)}")


def check_by_hand(scope: Scope, identity: str, said: str, spent: Spent) -> None:
    """Note a conflict check that somebody made without the search: what was looked at, by whom."""
    onboarding, _ = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "conflicts")
    words = text_in(said, "what was checked", 300)
    if step.detail.get("matches") and not step.detail.get("decision"):
        raise Forbidden("the search found matches: a partner decides about them")
    settle(scope, onboarding, step, "done", spent, words)


def letter_done(scope: Scope, identity: str, spent: Spent) -> None:
    """The letter's step is behind when an engagement letter of the client is signed, here or on paper. Raises Invalid."""
    onboarding, client = access_onboarding(scope, identity)
    if not has_signed_letter(scope, client.id):
        raise Invalid(
            "no engagement letter of this client is signed; leave the step out with a reason, or record the signature"
        )
    settle(scope, onboarding, step_of(scope, onboarding, "letter"), "done", spent)
    _in_onboarding(scope, client)


def has_signed_letter(scope: Scope, client_id: str) -> bool:
    wanted = select(EngagementLetter.id).where(
        EngagementLetter.client_id == client_id, EngagementLetter.signed_on.is_not(None)
    )
    return scope.session.scalars(wanted.limit(1)).first() is not None


def _in_onboarding(scope: Scope, client: Client) -> None:
    if client.status == "prospect":
        move_client(scope, client, "onboarding", "")


def authorize(
    scope: Scope,
    identity: str,
    form: str,
    *,
    taxpayer: str,
    matters: str,
    years: str,
    signed_on: date | None,
    filed_on: date | None,
    spent: Spent,
) -> str:
    """Record an authorization: Form 2848 (power of attorney), Form 8821 (information), or a state's own; returns its id."""
    onboarding, client = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "authorizations")
    if form not in FORMS:
        raise Invalid(f"{form[:20]!r} is no form; there are {', '.join(FORMS)}")
    if any(day is not None and day > scope.today for day in (signed_on, filed_on)):
        raise Invalid("a day to come cannot be recorded")
    if signed_on and filed_on and filed_on < signed_on:
        raise Invalid("it cannot have been filed before it was signed")
    row = Authorization(
        id=new_id("aut"),
        client_id=client.id,
        form=form,
        taxpayer=note_in(taxpayer, 200) or client.name,
        matters=text_in(matters, "the tax matters", 200),
        years=text_in(years, "the years", 100),
        signed_on=signed_on,
        filed_on=filed_on,
        recorded_by=person_of(scope),
        recorded_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    record(scope, AuditTag.AUTHORIZATION_RECORDED, f"authorization:{row.id}", client.id, form=form, years=row.years)
    settle(scope, onboarding, step, "done" if signed_on else step.state, spent)
    return row.id


def authorization_signed(scope: Scope, identity: str, row_id: str, signed_on: date, spent: Spent) -> None:
    """The day on which a recorded authorization was signed."""
    onboarding, client = access_onboarding(scope, identity)
    row = scope.session.get(Authorization, row_id)
    if row is None or row.client_id != client.id or signed_on > scope.today:
        raise Invalid("there is no such authorization of this client, or the day is to come")
    row.signed_on = signed_on
    record(scope, AuditTag.AUTHORIZATION_RECORDED, f"authorization:{row.id}", client.id, signed_on=signed_on)
    settle(scope, onboarding, step_of(scope, onboarding, "authorizations"), "done", spent)


def note_access(scope: Scope, identity: str, system: str, how: str, granted_on: date | None, spent: Spent) -> str:
    """Put a system on the access list, or note that the way in is open now. The step is done when all on the list are."""
    onboarding, client = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "access")
    name = text_in(system, "the system", 120)
    if granted_on is not None and granted_on > scope.today:
        raise Invalid("a day to come cannot be recorded")
    known = scope.session.scalars(
        select(AccessItem).where(AccessItem.client_id == client.id, func.lower(AccessItem.system) == name.lower())
    ).one_or_none()
    row = known or AccessItem(id=new_id("acc"), client_id=client.id, system=name, how="")
    row.how, row.granted_on = note_in(how, 200) or row.how, granted_on
    row.recorded_by, row.recorded_at = person_of(scope), scope.now
    scope.session.add(row)
    scope.session.flush()
    record(scope, AuditTag.ACCESS_NOTED, f"access:{row.id}", client.id, system=name, granted_on=granted_on)
    missing = select(AccessItem.id).where(AccessItem.client_id == client.id, AccessItem.granted_on.is_(None))
    settle(scope, onboarding, step, "open" if scope.session.scalars(missing).first() else "done", spent)
    return row.id


def ask(
    scope: Scope, identity: str, keys: frozenset[str] | None, more: Sequence[str], due: date | None, spent: Spent
) -> str:
    """The first request list: items of the template by key (None: all) and those that a person adds; the id of the list."""
    onboarding, _ = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "requests")
    work = scope.session.get_one(Engagement, onboarding.engagement_id)
    listed = make_list(scope, work.ref, Making(keys=keys, extra=tuple(more), due=due))
    step.detail = {"list": listed}
    settle(scope, onboarding, step, "done", spent)
    return listed


def plan(scope: Scope, identity: str, owner: str | None, spent: Spent) -> int:
    """The tasks of the firm's onboarding template; returns how many the onboarding has. Doing it twice adds nothing."""
    onboarding, client = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "tasks")
    work = scope.session.get_one(Engagement, onboarding.engagement_id)
    if owner:
        work.owner_id = owner_for(scope, client, owner)
    many = select(func.count()).select_from(Task).where(Task.engagement_id == work.id)
    if not scope.session.scalar(many):
        plan_steps(scope, work, template_of(scope, "onboarding"), client)
        tasks_follow(scope, onboarding)
    count = scope.session.scalar(many) or 0
    step.detail = {"tasks": count}
    settle(scope, onboarding, step, "done", spent)
    return count


def pack_drafted(scope: Scope, identity: str, deliverable_id: str, spent: Spent) -> None:
    """Note that the welcome pack is in the review queue."""
    onboarding, _ = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, "welcome")
    step.detail = {"deliverable": deliverable_id}
    took(scope, onboarding, step, spent)


def welcomed(scope: Scope, identity: str, spent: Spent) -> None:
    """The welcome pack is behind when a partner has released it. Raises Invalid."""
    onboarding, _ = access_onboarding(scope, identity)
    if not pack_released(scope, onboarding):
        raise Invalid("the welcome pack is not released: draft it here, and release it in the review")
    settle(scope, onboarding, step_of(scope, onboarding, "welcome"), "done", spent)


def pack_released(scope: Scope, onboarding: Onboarding) -> bool:
    wanted = select(Deliverable.id).where(
        Deliverable.client_id == onboarding.client_id, Deliverable.slug == PACK, Deliverable.state == "released"
    )
    return scope.session.scalars(wanted.limit(1)).first() is not None


def finish(scope: Scope, identity: str) -> None:
    """The end: every step is done or left out with a reason; the client is active, the onboarding's work done, where nothing of it is
    left open. Raises Conflict, naming what is open."""
    onboarding, client = access_onboarding(scope, identity)
    step_of(scope, onboarding, "intake")
    steps = scope.session.scalars(
        select(OnboardingStep).where(OnboardingStep.onboarding_id == onboarding.id).order_by(OnboardingStep.place)
    )
    still = [one.slug for one in steps if one.state == "open"]
    if still:
        raise Conflict(f"still open: {', '.join(still)}; do them, or leave them out with a reason")
    _in_onboarding(scope, client)
    if client.status == "onboarding":
        move_client(scope, client, "active", "")
    client.since = client.since or scope.today
    _over(scope, onboarding, "done")


def _over(scope: Scope, onboarding: Onboarding, state: str) -> None:
    onboarding.state, onboarding.finished_at, onboarding.moved_at = state, scope.now, scope.now
    work = scope.session.get_one(Engagement, onboarding.engagement_id)
    left = _left_open(scope, work) if state == "done" else None
    if left is not None:
        work.stage = left
        begin_work(work, scope.today)
    else:
        work.stage, work.finished_on = "done", scope.today
        work.progress = 100 if state == "done" else work.progress
    scope.session.flush()
    record(scope, AuditTag.ONBOARDING_FINISHED, f"onboarding:{onboarding.id}", onboarding.client_id, state=state)


def _left_open(scope: Scope, work: Engagement) -> str | None:
    """The stage at which the onboarding's work goes on after its steps: reminders and My day look at open work only, so what the client
    still owes and what is still to be done keep it open. None: nothing is left."""
    items = select(RequestItem.id).join(ClientRequest, ClientRequest.id == RequestItem.request_id)
    owed = items.where(ClientRequest.engagement_id == work.id, RequestItem.received_on.is_(None))
    if scope.session.scalars(owed.limit(1)).first() is not None:
        return "waiting-on-client"
    tasks = select(Task.id).where(Task.engagement_id == work.id, Task.status == "open")
    return "in-progress" if scope.session.scalars(tasks.limit(1)).first() is not None else None
