"""An engagement made from a template: its ref, its dates, and its steps as tasks with owners, prerequisites and checklists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Engagement, Person, Task
from workspace.acting import record
from workspace.scope import Right, Scope, access_client
from workspace.workflow.people import owner_for
from workspace.workflow.periods import day_in, due_on, name_of, period_in, step_on, tag_of
from workspace.workflow.templates import Step, Template, template_of


@dataclass(frozen=True)
class Start:
    """What is to be started. `period` is 2025, 2026-Q3, 2026-10 or two days; "" for work without one, which starts today. `due` None: by
    the template; `due_by`: another way to count it. `budget` None: the estimates of the steps. `owner` is an address, None: the asker."""

    client: str
    template: str
    period: str = ""
    owner: str | None = None
    title: str | None = None
    due: date | None = None
    due_by: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fee_type: str | None = None
    fee: Decimal | None = None
    budget: Decimal | None = None


@dataclass(frozen=True)
class Planned:
    """The dates that steps are counted from, and who has which role."""

    due: date | None
    start: date | None
    end: date | None
    owners: Mapping[str, str | None]
    period: str


def start_engagement(scope: Scope, wanted: Start) -> Engagement:
    """Make the engagement and its steps. Raises NotFound and Forbidden as `access_client`, Invalid for a period or date that cannot be,
    Conflict when the client has this engagement already."""
    client = access_client(scope, wanted.client, Right.ENGAGEMENT_WRITE)
    template = template_of(scope, wanted.template)
    start, end = (None, None)
    if wanted.period.strip():
        start, end = period_in(wanted.period, client.fiscal_year_end)
    elif template.every is not None:
        raise Invalid(f"say which period it is for: {_example(template)}")
    else:
        start = scope.today
    owner = owner_for(scope, client, wanted.owner)
    return make_engagement(scope, client, template, (start, end), owner, wanted)


def make_engagement(
    scope: Scope,
    client: Client,
    template: Template,
    period: tuple[date | None, date | None],
    owner_id: str | None,
    wanted: Start,
    **more: Any,
) -> Engagement:
    """As `start_engagement`, for who has looked up the client, the template and the owner; `more` are columns of the engagement."""
    start, end = period
    due = day_in(wanted.due) if wanted.due else due_on(wanted.due_by or template.due, start, end, client.state)
    title = wanted.title or title_of(template, start, end)
    ref = _free_ref(scope, client, template.slug, tag_of(start, end), title, (start, end))
    row = Engagement(
        id=stable_id("eng", ref),
        client_id=client.id,
        ref=ref,
        template=template.slug,
        title=" ".join(title.split())[:200],
        period_start=start,
        period_end=end,
        due=due,
        stage="not-started",
        progress=0,
        fee_type=wanted.fee_type,
        fee=wanted.fee,
        budget_hours=wanted.budget if wanted.budget is not None else template.hours or None,
        owner_id=owner_id,
        template_version=template.version,
        **more,
    )
    scope.session.add(row)
    scope.session.flush()
    plan_steps(scope, row, template, client)
    record(scope, AuditTag.ENGAGEMENT_STARTED, f"engagement:{ref}", client.id, template=template.slug, due=due)
    return row


def plan_steps(scope: Scope, row: Engagement, template: Template, client: Client) -> None:
    """Add the template's steps to an engagement that has none of them. Nothing is planned for a day that is past while the whole is not."""
    plan = planned(scope, row, client)
    ids = {step.key: task_id(row.ref, _said(step, plan), _nth(template, step, plan)) for step in template.steps}
    for place, step in enumerate(template.steps):
        scope.session.add(
            Task(
                id=ids[step.key],
                client_id=row.client_id,
                engagement_id=row.id,
                step=step.key,
                place=place,
                requires=[ids[name] for name in step.needs],
                checklist=[{"text": text, "done_by": None, "done_on": None} for text in step.checklist],
                status="open",
                **step_values(step, plan, scope.today),
            )
        )
    scope.session.flush()


def planned(scope: Scope, row: Engagement, client: Client) -> Planned:
    """What the steps of an engagement are counted from. One whose owner is unknown falls to the manager or partner."""
    lead = _active(scope, client.manager_id) or _active(scope, client.partner_id)
    owner = row.owner_id or lead
    owners = {
        "preparer": owner,
        "manager": lead or owner,
        "partner": _active(scope, client.partner_id) or lead or owner,
    }
    start = row.period_start if row.period_end is None else None
    return Planned(row.due, start, row.period_end, owners, name_of(row.period_start, row.period_end))


def step_values(step: Step, plan: Planned, today: date) -> dict[str, Any]:
    """The columns of a task that follow from its step."""
    counted = {"due": plan.due, "end": plan.end, "start": plan.start or today}[step.counted_from]
    due = step_on(step.days, counted)
    if due is not None and due < today and (plan.due is None or plan.due >= today):
        due = today
    return {
        "title": _said(step, plan),
        "owner_id": plan.owners[step.role],
        "due": due,
        "estimate_hours": step.hours,
    }


def task_id(ref: str, title: str, nth: int) -> str:
    """The id of a task by its natural key, as a load of the firm folder has it."""
    return stable_id("task", ref, title, nth)


def title_of(template: Template, start: date | None, end: date | None) -> str:
    """The engagement's title by its template."""
    return " ".join(template.title.replace("{period}", name_of(start, end)).split())


def _said(step: Step, plan: Planned) -> str:
    return " ".join(step.title.replace("{period}", plan.period).split())


def _nth(template: Template, step: Step, plan: Planned) -> int:
    """How many steps of that title come before."""
    before = template.steps[: template.steps.index(step)]
    return sum(_said(one, plan) == _said(step, plan) for one in before)


def _free_ref(
    scope: Scope, client: Client, slug: str, tag: str, title: str, period: tuple[date | None, date | None]
) -> str:
    """A ref like C014-1040-2025. Raises Conflict when the client has work of that template, period and title."""
    start, end = period
    if end is not None:
        same = select(Engagement.ref).where(
            Engagement.client_id == client.id,
            Engagement.template == slug,
            Engagement.period_start == start,
            Engagement.period_end == end,
            Engagement.title == title,
        )
        there = scope.session.scalars(same.limit(1)).first()
        if there is not None:
            raise Conflict(f"{client.name} has this already: {there}; give another title if it is something else")
    base = "-".join(part for part in (client.ref, slug, tag or f"{scope.today:%Y%m%d}") if part)
    taken = set(scope.session.scalars(select(Engagement.ref).where(Engagement.ref.startswith(base, autoescape=True))))
    number = 1
    while (ref := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return ref


def _active(scope: Scope, person_id: str | None) -> str | None:
    person = scope.session.get(Person, person_id) if person_id else None
    return person.id if person is not None and person.active else None


def _example(template: Template) -> str:
    return {"year": "2025", "quarter": "2026-Q1", "month": "2026-01"}[template.every or "year"]


def client_by_id(scope: Scope, client_id: str) -> Client:
    """The client of a row that the asker sees. Raises NotFound outside the scope."""
    found = scope.session.scalars(
        select(Client).where(Client.id == client_id, Client.id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such client")
    return found
