"""Next year's work made of this year's: finished engagements carried over in bulk, with their steps, owners, requests and a budget after
the hours that were really worked.

One engagement has one successor (`rolled_from`), and one that is there already by client, template and period is not made again: doing it
twice makes nothing twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from sqlalchemy import ColumnElement, func, select, tuple_

from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, ClientRequest, Engagement, Person, RequestItem, Task, TimeEntry
from workspace.acting import record
from workspace.money_sight import amount
from workspace.requests.named import named, of_engagement
from workspace.scope import Right, Scope
from workspace.workflow.periods import due_on, later, step_on, tag_of
from workspace.workflow.starting import plan_steps, task_id
from workspace.workflow.templates import Template, library, templates_of

MOST = 500
_QUARTER = Decimal("0.25")
_FINISHED = ("filed", "done")


@dataclass(frozen=True)
class Source:
    """A finished engagement that could be carried over."""

    id: str
    ref: str
    title: str
    client_ref: str
    client: str
    template: str
    period_end: date
    finished_on: date | None


@dataclass(frozen=True)
class Rolled:
    """What becomes of an engagement. `state`: new, there (with `ref`), or refused (with `why`). `budget` is hours, after `actual` ones
    where any were logged; `steps` and `requests` count what is carried over; `engagement_id` the source's."""

    engagement_id: str
    source: str
    client_ref: str
    client: str
    title: str
    state: str
    ref: str | None = None
    why: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    owner: str | None = None
    owner_id: str | None = None
    actual: Decimal | None = None
    budget: Decimal | None = None
    fee: Decimal | None = None
    steps: int = 0
    requests: int = 0


def candidates(scope: Scope, year: int, template: str | None = None) -> list[Source]:
    """Finished yearly engagements without a successor whose period ends in `year`, by client; at most 500."""
    scope.require(Right.CLIENT_READ)
    followed = select(Engagement.rolled_from).where(Engagement.rolled_from.is_not(None))
    wanted = (
        select(Engagement, Client.ref, Client.name)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.client_id.in_(scope.clients()), Engagement.stage.in_(_FINISHED), _yearly())
        .where(Engagement.period_end.between(date(year, 1, 1), date(year, 12, 31)))
        .where(Engagement.series_id.is_(None), Engagement.id.not_in(followed), Client.status != "former")
        .order_by(Client.name, Engagement.ref)
        .limit(MOST)
    )
    if template:
        wanted = wanted.where(Engagement.template == template)
    return [
        Source(e.id, e.ref, e.title, ref, name, e.template, e.period_end, e.filed_on or e.finished_on)
        for e, ref, name in scope.session.execute(wanted).tuples()
        if e.period_end is not None
    ]


def _yearly() -> ColumnElement[bool]:
    return Engagement.template.in_([slug for slug, one in library().items() if one.every == "year"])


def preview(scope: Scope, refs: Sequence[str]) -> list[Rolled]:
    """What carrying these engagements over would make, in the order given; changes nothing. Raises NotFound for one outside the scope,
    Invalid for more than 500."""
    scope.require(Right.CLIENT_READ)
    return [replace(plan, fee=amount(scope, plan.fee)) for plan, *_ in _plans(scope, refs)]


def roll_forward(scope: Scope, refs: Sequence[str]) -> list[Rolled]:
    """Carry these engagements over; what each became, `new` for those made now. Raises as `preview`, Forbidden without engagement:write."""
    scope.require(Right.ENGAGEMENT_WRITE)
    plans = _plans(scope, refs)
    ids = [row.id for _, row, _ in plans]
    tasks, items = _tasks(scope, ids), _items(scope, ids)
    templates = {one.slug: one for one in templates_of(scope)}
    done = []
    for plan, row, client in plans:
        if plan.state == "new":
            made = _make(scope, plan, row, client)
            _carry_steps(scope, row, made, tasks[row.id], templates, client)
            _carry_requests(scope, row, made, items[row.id])
            record(scope, AuditTag.ENGAGEMENT_ROLLED, f"engagement:{made.ref}", client.id, after=row.ref, due=made.due)
        done.append(plan)
    scope.session.flush()
    return done


def next_title(title: str, end: date) -> str:
    """The title with its years one later: the year the period ends or begins in, and the one after."""
    years = {str(year): str(year + 1) for year in (end.year - 1, end.year, end.year + 1)}
    return " ".join(years.get(word, word) for word in title.split())


def next_budget(actual: Decimal, before: Decimal | None) -> Decimal | None:
    """Hours for next year: those really worked, up to the next quarter of an hour; the budget before where none were logged."""
    return (actual / _QUARTER).quantize(Decimal(1), ROUND_UP) * _QUARTER if actual > 0 else before


def moved(day: date | None, due: date | None, next_due: date | None) -> date | None:
    """A planned day as far from the new due date as it was from the old one; a year later where one is not known. Nothing is rounded to
    business days here: what is carried over year after year must not drift."""
    if day is None:
        return None
    return later(day, 12) if due is None or next_due is None else next_due + (day - due)


def _step_due(task: Task, row: Engagement, made: Engagement, template: Template | None) -> date | None:
    """A step that stands where its template put it is put there again; any other one keeps its distance."""
    steps = {step.key: step for step in template.steps} if template is not None else {}
    step = steps.get(task.step or "")
    if step is not None and step.counted_from != "start":
        old, new = (row.due, made.due) if step.counted_from == "due" else (row.period_end, made.period_end)
        if task.due == step_on(step.days, old):
            return step_on(step.days, new)
    return moved(task.due, row.extended_to or row.due, made.due)


def _plans(scope: Scope, refs: Sequence[str]) -> list[tuple[Rolled, Engagement, Client]]:
    wanted = list(dict.fromkeys(refs))
    if len(wanted) > MOST:
        raise Invalid(f"no more than {MOST} at once")
    rows = _rows(scope, wanted)
    if missing := [ref for ref in wanted if ref not in rows]:
        raise NotFound(f"there is no engagement {missing[0]}")
    ids = [row.id for row, _ in rows.values()]
    hours, there = _hours(scope, ids), _there(scope, rows)
    counts = _count_steps(scope, ids), _count_items(scope, ids)
    people = {one.id: one for one in scope.session.scalars(select(Person).where(Person.active))}
    templates = {one.slug: one for one in templates_of(scope)}
    plans: list[tuple[Rolled, Engagement, Client]] = []
    taken: set[tuple[object, ...]] = set()
    for ref in wanted:
        row, client = rows[ref]
        plan = _plan(row, client, there, hours.get(row.id, Decimal(0)), people, templates)
        steps = counts[0].get(row.id) or len(templates[row.template].steps if row.template in templates else ())
        key = _key(plan, row, client)
        if plan.state == "new" and key in taken:
            plan = Rolled(
                row.id, ref, client.ref, client.name, plan.title, "refused", why="another one chosen makes it"
            )
        taken.add(key)
        if plan.state == "new":
            plan = replace(plan, steps=steps, requests=counts[1].get(row.id, 0))
        plans.append((plan, row, client))
    return plans


def _key(plan: Rolled, row: Engagement, client: Client) -> tuple[object, ...]:
    return (client.id, row.template, plan.period_start, plan.period_end, plan.title)


def _plan(
    row: Engagement,
    client: Client,
    there: Mapping[object, str],
    actual: Decimal,
    people: Mapping[str, Person],
    templates: Mapping[str, Template],
) -> Rolled:
    title = next_title(row.title, row.period_end) if row.period_end else row.title
    plain = Rolled(row.id, row.ref, client.ref, client.name, title, "refused")
    if row.stage not in _FINISHED:
        return replace(plain, why="it is not finished")
    if row.period_end is None:
        return replace(plain, why="it has no period")
    if row.series_id is not None:
        return replace(plain, why="its series makes the next one")
    end = later(row.period_end, 12)
    start = later(row.period_start - timedelta(days=1), 12) + timedelta(days=1) if row.period_start else None
    ref = there.get(row.id) or there.get((row.client_id, row.template, end, title))
    if ref is not None:
        return replace(plain, state="there", ref=ref, period_start=start, period_end=end)
    owner = next(
        (people[key] for key in (row.owner_id, client.manager_id, client.partner_id) if key and key in people), None
    )
    return replace(
        plain,
        state="new",
        period_start=start,
        period_end=end,
        due=_next_due(row, templates.get(row.template), start, end, client.state),
        owner=owner.name if owner else None,
        owner_id=owner.id if owner else None,
        actual=actual,
        budget=next_budget(actual, row.budget_hours),
        fee=row.fee,
    )


def _next_due(
    row: Engagement, template: Template | None, start: date | None, end: date, state: str | None
) -> date | None:
    """A return's by the deadline table, other work's by its template where it stood there before, else the same day a year later."""
    ruled = due_on(template.due, start, end, state) if template is not None else None
    if template is None or row.due is None or "form" in template.due:
        return ruled
    stood = due_on(template.due, row.period_start, row.period_end, state)
    return ruled if row.due == stood else later(row.due, 12)


def _make(scope: Scope, plan: Rolled, row: Engagement, client: Client) -> Engagement:
    base = f"{client.ref}-{row.template}-{tag_of(plan.period_start, plan.period_end)}".rstrip("-")
    taken = set(scope.session.scalars(select(Engagement.ref).where(Engagement.ref.startswith(base, autoescape=True))))
    number = 1
    while (ref := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    made = Engagement(
        id=stable_id("eng", ref),
        client_id=row.client_id,
        ref=ref,
        template=row.template,
        title=plan.title,
        period_start=plan.period_start,
        period_end=plan.period_end,
        due=plan.due,
        stage="not-started",
        progress=0,
        fee_type=row.fee_type,
        fee=row.fee,
        budget_hours=plan.budget,
        owner_id=plan.owner_id,
        template_version=row.template_version,
        rolled_from=row.id,
    )
    scope.session.add(made)
    scope.session.flush()
    return made


def _carry_steps(
    scope: Scope,
    row: Engagement,
    made: Engagement,
    tasks: Sequence[Task],
    templates: Mapping[str, Template],
    client: Client,
) -> None:
    """The steps as they were, what was cancelled left out; the template's where there were none."""
    if not tasks:
        if (template := templates.get(row.template)) is not None:
            made.template_version = template.version
            plan_steps(scope, made, template, client)
        return
    assert row.period_end is not None
    if made.template_version is None:
        made.template_version = 0  # its progress follows its steps
    titles = [next_title(task.title, row.period_end) for task in tasks]
    ids = {
        task.id: task_id(made.ref, title, titles[:number].count(title))
        for number, (task, title) in enumerate(zip(tasks, titles, strict=True))
    }
    active = set(scope.session.scalars(select(Person.id).where(Person.active)))
    for place, (task, title) in enumerate(zip(tasks, titles, strict=True)):
        owner = made.owner_id if task.owner_id == row.owner_id or task.owner_id not in active else task.owner_id
        scope.session.add(
            Task(
                id=ids[task.id],
                client_id=made.client_id,
                engagement_id=made.id,
                title=title,
                owner_id=owner,
                due=_step_due(task, row, made, templates.get(row.template)),
                status="open",
                estimate_hours=task.estimate_hours,
                step=task.step,
                place=place,
                requires=[ids[key] for key in task.requires if key in ids],
                checklist=[{"text": item["text"], "done_by": None, "done_on": None} for item in task.checklist],
            )
        )
    scope.session.flush()


def _carry_requests(scope: Scope, row: Engagement, made: Engagement, items: Sequence[RequestItem]) -> None:
    """The items that the client was asked for, each once, not yet asked; on lists of the names that they stood on, of the next year."""
    end = row.period_end
    if not items or end is None:
        return
    lists = {one.id: one for one in of_engagement(scope, row.id)}
    places: dict[str, str] = {}
    for one in items:
        on = lists.get(one.request_id)
        by_name = on is not None and on.id != stable_id("req", row.ref)
        places.setdefault(next_title(one.item, end), next_title(on.title, end) if on and by_name else "")
    own = f"Documents for {made.title}"
    made_lists = {name: named(scope, made, name, own).id for name in sorted(set(places.values()))}  # its own first
    for text, due in _once(items, end).items():
        scope.session.add(
            RequestItem(
                id=stable_id("item", made.ref, text, 0),
                client_id=made.client_id,
                request_id=made_lists[places[text]],
                item=text,
                due=moved(due, row.extended_to or row.due, made.due),
            )
        )
    scope.session.flush()


def _once(items: Sequence[RequestItem], end: date) -> dict[str, date | None]:
    said: dict[str, date | None] = {}
    for one in items:
        said.setdefault(next_title(one.item, end), one.due)
    return said


def _rows(scope: Scope, refs: Sequence[str]) -> dict[str, tuple[Engagement, Client]]:
    wanted = (
        select(Engagement, Client)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.ref.in_(refs), Engagement.client_id.in_(scope.clients()))
    )
    return {row.ref: (row, client) for row, client in scope.session.execute(wanted).tuples()}


def _there(scope: Scope, rows: Mapping[str, tuple[Engagement, Client]]) -> dict[object, str]:
    """Refs of what is there already: by the id of what it follows, and by client, template, end of the period and title."""
    ids = [row.id for row, _ in rows.values()]
    ends = {(row.client_id, row.template, later(row.period_end, 12)) for row, _ in rows.values() if row.period_end}
    found: dict[object, str] = {}
    for one in scope.session.scalars(
        select(Engagement).where(Engagement.rolled_from.in_(ids), Engagement.client_id.in_(scope.clients()))
    ):
        found[one.rolled_from] = one.ref
    keys = tuple_(Engagement.client_id, Engagement.template, Engagement.period_end)
    same: defaultdict[tuple[object, ...], list[Engagement]] = defaultdict(list)
    if ends:
        wanted = select(Engagement).where(keys.in_(sorted(ends)), Engagement.client_id.in_(scope.clients()))
        for one in scope.session.scalars(wanted):
            found[one.client_id, one.template, one.period_end, one.title] = one.ref
            same[one.client_id, one.template, one.period_end].append(one)
    _by_period(rows, same, found)
    return found


def _by_period(
    rows: Mapping[str, tuple[Engagement, Client]],
    same: Mapping[tuple[object, ...], list[Engagement]],
    found: dict[object, str],
) -> None:
    """The only work of a template for a period is followed by the only one of the next, whatever its title is."""
    sources: defaultdict[tuple[object, ...], list[Engagement]] = defaultdict(list)
    for row, _ in rows.values():
        if row.period_end is not None:
            sources[row.client_id, row.template, later(row.period_end, 12)].append(row)
    for key, before in sources.items():
        after = [one for one in same.get(key, ()) if one.rolled_from is None]
        if len(before) == 1 and len(after) == 1 and before[0].id not in found:
            found[before[0].id] = after[0].ref


def _hours(scope: Scope, ids: Sequence[str]) -> dict[str, Decimal]:
    rows = scope.session.execute(
        select(TimeEntry.engagement_id, func.sum(TimeEntry.hours))
        .where(TimeEntry.engagement_id.in_(ids), TimeEntry.client_id.in_(scope.clients()))
        .group_by(TimeEntry.engagement_id)
    ).tuples()
    return {key: hours for key, hours in rows if key is not None and hours is not None}


def _count_steps(scope: Scope, ids: Sequence[str]) -> dict[str, int]:
    rows = scope.session.execute(
        select(Task.engagement_id, func.count())
        .where(Task.engagement_id.in_(ids), Task.status != "cancelled", Task.client_id.in_(scope.clients()))
        .group_by(Task.engagement_id)
    ).tuples()
    return {key: count for key, count in rows if key is not None}


def _count_items(scope: Scope, ids: Sequence[str]) -> dict[str, int]:
    rows = scope.session.execute(
        select(ClientRequest.engagement_id, func.count(RequestItem.item.distinct()))
        .join(RequestItem, RequestItem.request_id == ClientRequest.id)
        .where(ClientRequest.engagement_id.in_(ids), ClientRequest.client_id.in_(scope.clients()))
        .group_by(ClientRequest.engagement_id)
    ).tuples()
    return {key: count for key, count in rows if key is not None}


def _tasks(scope: Scope, ids: Sequence[str]) -> defaultdict[str, list[Task]]:
    found: defaultdict[str, list[Task]] = defaultdict(list)
    wanted = select(Task).where(Task.engagement_id.in_(ids), Task.status != "cancelled")
    for one in scope.session.scalars(
        wanted.where(Task.client_id.in_(scope.clients())).order_by(Task.place, Task.due, Task.title, Task.id)
    ):
        found[one.engagement_id or ""].append(one)
    return found


def _items(scope: Scope, ids: Sequence[str]) -> defaultdict[str, list[RequestItem]]:
    found: defaultdict[str, list[RequestItem]] = defaultdict(list)
    for key, one in scope.session.execute(
        select(ClientRequest.engagement_id, RequestItem)
        .join(RequestItem, RequestItem.request_id == ClientRequest.id)
        .where(ClientRequest.engagement_id.in_(ids), ClientRequest.client_id.in_(scope.clients()))
        .order_by(RequestItem.id)
    ).tuples():
        found[key or ""].append(one)
    return found
