"""The steps of an onboarding: their names, the row of each, and how a step is done, left out or taken up again.

Owns what is measured: each form that comes back adds its clicks and the seconds since its page was made, at most half an hour, so a page
left open over night counts as half an hour and not as a night.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Onboarding, OnboardingStep, Task
from workspace.acting import person_of, record
from workspace.letters.acts import note_in, text_in
from workspace.scope import Right, Scope

STEPS: dict[str, tuple[str, str]] = {
    "intake": ("Intake", "who the client is, whom to write to, who looks after them"),
    "conflicts": ("Conflict check", "names held against everybody the firm knows, and what was decided"),
    "letter": ("Engagement letter", "priced services, released by a partner, signed by the client"),
    "authorizations": ("Authorizations", "Form 2848 or 8821, so that the firm may speak to the agency"),
    "access": ("Access", "the systems to work in; never a password"),
    "requests": ("First request list", "what the client owes us to begin"),
    "tasks": ("Tasks", "the steps of the onboarding template, with owners and days"),
    "welcome": ("Welcome pack", "the first deliverable: released by a partner"),
}
LONGEST, MOST_CLICKS = 1800, 500
PACK = "onboarding-pack"
# steps of the onboarding template (workspace/workflow/templates.toml) that are the same act as a step here
_TASKS = {"conflicts": "conflict", "letter": "letter", "access": "access"}


@dataclass(frozen=True)
class Spent:
    """What a form says of the way to it: clicks on its page, and when the page was made."""

    clicks: int = 1
    opened: datetime | None = None

    def seconds(self, now: datetime) -> int:
        """Seconds since the page was made, 0 to LONGEST; 0 where that is not known or lies ahead."""
        return min(max(int((now - self.opened).total_seconds()), 0), LONGEST) if self.opened else 0


def spent_in(clicks: str, opened: str) -> Spent:
    """As a form sends it; what cannot be read counts as one click in no time."""
    many = int(clicks) if clicks.isdecimal() and len(clicks) < 5 else 1
    try:
        at = datetime.fromisoformat(opened) if opened else None
    except ValueError:
        at = None
    return Spent(min(max(many, 1), MOST_CLICKS), at if at is not None and at.tzinfo is not None else None)


def access_onboarding(scope: Scope, identity: str) -> tuple[Onboarding, Client]:
    """An onboarding and its client. Raises NotFound outside the scope, Forbidden without letter:write."""
    wanted = (
        select(Onboarding, Client)
        .join(Client, Client.id == Onboarding.client_id)
        .where(Onboarding.id == identity, Onboarding.client_id.in_(scope.clients()))
    )
    found = scope.session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(f"there is no onboarding {identity[:40]}")
    scope.require(Right.LETTER_WRITE)
    return found.tuple()


def step_of(scope: Scope, onboarding: Onboarding, slug: str) -> OnboardingStep:
    """Raises NotFound for a step that there is not, Conflict where the onboarding is over."""
    if slug not in STEPS:
        raise NotFound(f"there is no step {slug[:30]}; there are {', '.join(STEPS)}")
    if onboarding.state != "open":
        raise Conflict("this onboarding is over")
    return scope.session.scalars(
        select(OnboardingStep).where(OnboardingStep.onboarding_id == onboarding.id, OnboardingStep.slug == slug)
    ).one()


def begin_steps(scope: Scope, onboarding: Onboarding) -> None:
    """The rows of all steps, none done yet."""
    for place, slug in enumerate(STEPS):
        scope.session.add(
            OnboardingStep(
                id=stable_id("obs", onboarding.id, slug),
                client_id=onboarding.client_id,
                onboarding_id=onboarding.id,
                slug=slug,
                place=place,
                state="open",
                reason="",
                detail={},
                clicks=0,
                seconds=0,
            )
        )
    scope.session.flush()


def settle(
    scope: Scope, onboarding: Onboarding, step: OnboardingStep, state: str, spent: Spent, reason: str = ""
) -> None:
    """Note what became of a step, who says so and when; the onboarding moved."""
    if state == "skipped":
        step.reason = text_in(reason, "the reason", 300)
    elif state == "done":
        step.reason = note_in(reason, 300)
    else:
        step.reason = ""
    changed = step.state != state
    step.state = state
    if scope.person_id is not None:
        step.person_id = person_of(scope)
    step.at = scope.now
    took(scope, onboarding, step, spent)
    if changed:
        detail = {"step": step.slug, "state": state, "reason": step.reason or None}
        record(scope, AuditTag.ONBOARDING_STEP, f"onboarding:{onboarding.id}", onboarding.client_id, **detail)
        tasks_follow(scope, onboarding)


def tasks_follow(scope: Scope, onboarding: Onboarding) -> None:
    """Tasks of the onboarding that say the same as a step that is done are done with it; nobody does a thing twice."""
    done = select(OnboardingStep.slug).where(
        OnboardingStep.onboarding_id == onboarding.id, OnboardingStep.state == "done", OnboardingStep.slug.in_(_TASKS)
    )
    keys = [_TASKS[slug] for slug in scope.session.scalars(done)]
    wanted = select(Task).where(
        Task.engagement_id == onboarding.engagement_id, Task.step.in_(keys), Task.status == "open"
    )
    for task in scope.session.scalars(wanted) if keys else ():
        by = {"done_by": scope.person_id or scope.email, "done_on": scope.today.isoformat()}
        task.status, task.done_on = "done", scope.today
        task.checklist = [item if item["done_on"] else item | by for item in task.checklist]
        record(scope, AuditTag.TASK_DONE, f"task:{task.id}", task.client_id, onboarding=onboarding.id)
    scope.session.flush()


def took(scope: Scope, onboarding: Onboarding, step: OnboardingStep, spent: Spent) -> None:
    """Add what a form cost to its step."""
    step.clicks += spent.clicks
    step.seconds += spent.seconds(scope.now)
    onboarding.moved_at = scope.now
    scope.session.flush()


def skip(scope: Scope, identity: str, slug: str, reason: str, spent: Spent) -> None:
    """Leave a step out, with the reason. Raises Invalid without one, and for the intake, without which there is no client."""
    onboarding, _ = access_onboarding(scope, identity)
    step = step_of(scope, onboarding, slug)
    if slug == "intake":
        raise Invalid("the intake cannot be left out")
    settle(scope, onboarding, step, "skipped", spent, reason)


def take_up(scope: Scope, identity: str, slug: str, spent: Spent) -> None:
    """Open a step again that was done or left out."""
    onboarding, _ = access_onboarding(scope, identity)
    settle(scope, onboarding, step_of(scope, onboarding, slug), "open", spent)


def settled_by_event(scope: Scope, client_id: str, slug: str) -> None:
    """What a step waits for has happened to a client on the way (the letter is signed, the welcome pack released): the step is done."""
    found = scope.session.scalars(
        select(Onboarding).where(Onboarding.client_id == client_id, Onboarding.state == "open").limit(1)
    ).one_or_none()
    if found is not None:
        step = step_of(scope, found, slug)
        if step.state == "open":
            settle(scope, found, step, "done", Spent(clicks=0))
