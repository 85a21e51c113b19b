"""`tickmark work`, `tickmark task` and `tickmark roll-forward`: the firm's engagements and tasks at a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from store.tables import Client, Engagement, Task
from workspace.billing.amounts import as_json, hours_in, money_in
from workspace.scope import Scope
from workspace.undo import undoable
from workspace.workflow import board, day, engagements, roll_forward, series, starting, tasks, templates
from workspace.workflow.people import person_at
from workspace.workflow.states import OPEN


@contextmanager
def _doing(services: Services, email: str | None, label: str) -> Iterator[Scope]:
    """One transaction; a person's can be undone, the operator's has no one who would."""
    with writing(services, "work", email) as scope, undoable(scope, label) if scope.person_id else nullcontext():
        yield scope


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `person` (an address), `stage`, `template`, `due` (late, week, month, none): what to list; `as`: whose eyes."""
    with reading(services, "work", arguments.get("as")) as scope:
        person = person_at(scope, arguments["person"]).id if arguments.get("person") else ""
        named = {name: arguments.get(name) or "" for name in ("client", "template", "stage", "due")}
        wanted = board.Filter(person, **named)
        cards: list[board.Card] = []
        total, page = 1, 0
        while len(cards) < total:
            page += 1
            found, total = board.listing(scope, wanted, page=page)
            cards += found
            if not found:
                break
    lines = [
        f"{card.ref:<24} {card.stage:<18} {card.due.isoformat() if card.due else '–':<10}  "
        f"{_steps(card):>7}  {card.client}, {card.title}" + (f" ({card.owner})" if card.owner else "")
        for card in cards
    ]
    return Result([_plain(card) for card in cards], "\n".join(lines) or "No engagement fits.")


def _steps(card: board.Card) -> str:
    return f"{card.done}/{card.steps}" if card.steps else "–"


def _plain(card: board.Card) -> dict[str, Any]:
    made = asdict(card)
    del made["id"], made["owner_id"]
    plain: dict[str, Any] = as_json(made)
    return plain


def start(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `template`, `period`, `as`; `owner`, `title`, `due`, `budget` (hours), `fee`."""
    wanted = starting.Start(
        arguments["client"],
        arguments["template"],
        arguments.get("period") or "",
        arguments.get("owner"),
        arguments.get("title"),
        day_of(arguments, "due"),
        fee_type="fixed" if arguments.get("fee") else None,
        fee=money_in(arguments["fee"]) if arguments.get("fee") else None,
        budget=hours_in(arguments["budget"]) if arguments.get("budget") else None,
    )
    with _doing(services, arguments.get("as"), "Started an engagement") as scope:
        row = starting.start_engagement(scope, wanted)
        card = board.card_of(scope, row.id)
        assert card is not None
    due = f", due {card.due}" if card.due else ""
    return Result(_plain(card), f"Started {card.ref}: {card.title}, {card.steps} steps{due}.")


def move(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`ref` of the engagement, `stage`, `as`."""
    with _doing(services, arguments.get("as"), f"Moved {arguments['ref']}") as scope:
        row = engagements.move_stage(scope, arguments["ref"], arguments["stage"])
        card = board.card_of(scope, row.id)
        assert card is not None
    return Result(_plain(card), f"{card.ref} is {engagements.words(card.stage)}.")


def series_list(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: only that one; `make`: make what they have come to first; `as`."""
    made = 0
    if arguments.get("make"):
        with _doing(services, arguments.get("as"), "Made what the series have come to") as scope:
            made = len(series.make_due(scope))
    with reading(services, "work", arguments.get("as")) as scope:
        lines = series.series_lines(scope, arguments.get("client"))
        data = [
            {
                "id": one.series.id,
                "client_ref": one.client_ref,
                "template": one.series.template,
                "every": one.series.every,
                "owner": one.owner,
                "made": one.made,
                "open": one.open_,
                "next_end": one.next_end.isoformat() if one.next_end else None,
            }
            for one in lines
        ]
    text = [f"{made} made."] if arguments.get("make") else []
    text += [
        f"{one['client_ref']:<8} {one['template']:<14} every {one['every']:<8} {one['made']} made, {one['open']} open, "
        f"next {one['next_end'] or '–'}"
        for one in data
    ]
    return Result({"made": made, "series": data}, "\n".join(text) or "There is no series.")


def library(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`slug`: one template with its steps, None for all; `as`."""
    with reading(services, "work", arguments.get("as")) as scope:
        if slug := arguments.get("slug"):
            one = templates.template_of(scope, slug)
            text = [f"{one.slug}, version {one.version}: {one.title}, due {one.due_words}"]
            text += [f"  {s.days:>5} from {s.counted_from:<5}  {s.role:<8}  {s.title}" for s in one.steps]
            return Result(_template(one), "\n".join(text))
        found = templates.templates_of(scope)
    text = [f"{one.slug:<14} {one.title:<28} {len(one.steps)} steps, due {one.due_words}" for one in found]
    return Result([_template(one) for one in found], "\n".join(text))


def _template(one: templates.Template) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "title": one.title,
        "version": one.version,
        "every": one.every,
        "due": dict(one.due),
        "steps": [step.plain() for step in one.steps],
    }


def task_list(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `engagement`: only theirs; `all`: those of everybody, else the asker's own; `as`."""
    conditions = [OPEN]
    if arguments.get("client"):
        conditions.append(Client.ref == arguments["client"])
    if arguments.get("engagement"):
        conditions.append(Engagement.ref == arguments["engagement"])
    with reading(services, "task", arguments.get("as")) as scope:
        if scope.person_id is not None and not arguments.get("all"):
            conditions.append(Task.owner_id == scope.person_id)
        rows = day.task_rows(scope, *conditions, limit=1000)
        data = [_task(row) for row in rows]
    lines = [
        f"{one['id']}  {one['due'] or '–':<10}  {one['client']}, {one['title']}"
        + (f"  waits for {one['waiting_on']}, {one['waiting_days']} days" if one["waiting_on"] else "")
        + (f"  after {', '.join(one['blocked_by'])}" if one["blocked_by"] else "")
        for one in data
    ]
    return Result(data, "\n".join(lines) or "No task is open.")


def _task(row: day.Row) -> dict[str, Any]:
    task = row.task
    return {
        "id": task.id,
        "client_ref": row.client_ref,
        "client": row.client,
        "engagement": row.engagement_ref,
        "title": task.title,
        "owner": row.owner,
        "due": task.due.isoformat() if task.due else None,
        "status": task.status,
        "blocked_by": list(row.blocked_by),
        "waiting_on": task.waiting_on,
        "waiting_days": row.age,
    }


def task_add(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `title`, `as`; `owner`, `due`, `engagement`, `estimate` (hours), `every`."""
    estimate: Decimal | None = hours_in(arguments["estimate"]) if arguments.get("estimate") else None
    new = tasks.NewTask(
        arguments["client"],
        arguments["title"],
        arguments.get("owner"),
        day_of(arguments, "due"),
        arguments.get("engagement"),
        estimate,
        every=arguments.get("every"),
    )
    with _doing(services, arguments.get("as"), "Added a task") as scope:
        made = _task(day.row_of(scope, tasks.add_task(scope, new)))
    return Result(made, f"Added: {made['id']}")


def task_done(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id` of the task, `as`; `tick`: tick what is left of its checklist."""
    with _doing(services, arguments.get("as"), "Marked a task as done") as scope:
        following = tasks.finish_task(scope, arguments["id"], tick=bool(arguments.get("tick")))
        made = _task(day.row_of(scope, tasks.task_at(scope, arguments["id"])))
        made["next"] = following.id if following else None
        again = f" It comes again on {following.due}." if following else ""
    return Result(made, f"Done: {made['title']}.{again}")


def roll(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`year` whose finished work is carried over; `refs`: only these; `template`; `dry_run`: only say; `as`."""
    year = arguments.get("year")
    with reading(services, "roll-forward", arguments.get("as")) as scope:
        wanted = year or scope.today.year - 1
        if not 1990 <= wanted <= 2100:
            raise Invalid(f"{wanted} is no year of ours")
        refs = arguments.get("refs") or [
            one.ref for one in roll_forward.candidates(scope, wanted, arguments.get("template"))
        ]
        plans = roll_forward.preview(scope, refs)
    if not arguments.get("dry_run"):
        with _doing(services, arguments.get("as"), f"Rolled {len(refs)} forward") as scope:
            plans = roll_forward.roll_forward(scope, refs)
    made = [one for one in plans if one.state == "new"]
    lines = [_line(one) for one in plans]
    verb = "would be made" if arguments.get("dry_run") else "made"
    data = {"dry_run": bool(arguments.get("dry_run")), "made": len(made), "items": as_json(plans)}
    return Result(data, "\n".join([*lines, f"{len(made)} {verb}, {len(plans) - len(made)} not."]))


def _line(one: roll_forward.Rolled) -> str:
    if one.state == "there":
        return f"{one.source:<24} there already: {one.ref}"
    if one.state == "refused":
        return f"{one.source:<24} not: {one.why}"
    hours = "–" if one.budget is None else f"{one.budget:.2f}"
    return f"{one.source:<24} {one.client}, {one.title}, due {one.due}, {hours} h, {one.steps} steps, {one.requests} requests"
