"""How the pages of the work are rendered, and how an act that was refused shows the page it came from with the reason."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fastapi import Request, Response
from sqlalchemy import select

from api.pages import page
from api.said import local, sentence
from api.security import Asker, reading
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import STAGES
from store.tables import Person, Task
from workspace.pages.head import client_head, waiting
from workspace.pages.work import work_of
from workspace.people.glass import told
from workspace.scope import Right, Scope, people_with
from workspace.workflow import board, day, tasks
from workspace.workflow.client_work import acts_of
from workspace.workflow.templates import library

REFUSED = (Conflict, Forbidden, Invalid, NotFound)
Refused = Conflict | Forbidden | Invalid | NotFound
VIEWS = {"board": "Board", "list": "List", "person": "By person", "client": "By client"}
_PARTS = ("person", "client", "template", "stage", "due")


def said_of(refused: Refused | None) -> dict[str, Any]:
    """What a page is given of a refusal."""
    return {"status": refused.status if refused else 200, "problem": sentence(refused) if refused else None}


def board_page(request: Request, who: Asker, query: Mapping[str, str], refused: Refused | None = None) -> Response:
    """The firm's work: `query` holds view, page and the parts of the filter."""
    view = query.get("view", "board")
    view = view if view in VIEWS else "board"
    wanted = board.Filter(**{name: query.get(name, "")[:60] for name in _PARTS}, words=query.get("q", "")[:80])
    if view == "board":
        wanted = replace(wanted, stage="")
    number = int(page_) if (page_ := query.get("page", "1")).isdecimal() and 0 < int(page_) < 10_000 else 1
    kept = {name: value for name in (*_PARTS, "q") if (value := query.get(name, "")[:80])}
    with reading(request, who) as scope:
        columns = board.board_of(scope, wanted) if view == "board" else []
        order = {"person": "person", "client": "client"}.get(view, "list")
        cards, total = board.listing(scope, wanted, order, number) if view != "board" else ([], 0)
        loads = board.loads(scope, wanted) if view == "person" else []
        return page(
            request,
            "work/board.html",
            who=who,
            waiting=waiting(scope),
            view=view,
            views=VIEWS,
            wanted=wanted,
            words=wanted.words,
            columns=columns,
            cards=cards,
            total=total if view != "board" else sum(one.count for one in columns),
            number=number,
            more=max(total - number * board.PAGE, 0),
            loads=loads,
            people=people(scope),
            templates=library(),
            dues=board.DUE,
            stages=STAGES,
            here=_address("/work", {"view": view, **kept, "page": str(number) if number > 1 else ""}),
            address=lambda **other: _address("/work", {"view": view, **kept, **other}),
            **said_of(refused),
        )


def day_page(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    """The asker's day."""
    with reading(request, who) as scope:
        return page(
            request,
            "work/day.html",
            who=who,
            waiting=waiting(scope),
            day=day.my_day(scope),
            broken=told(scope),
            people=people(scope),
            **said_of(refused),
        )


def client_page(request: Request, who: Asker, ref: str, refused: Refused | None = None) -> Response:
    """A client's work. Raises NotFound outside the scope."""
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        return page(
            request,
            "client/work.html",
            who=who,
            waiting=head.waiting,
            head=head,
            work=work_of(scope, ref),
            acts=acts_of(scope, head.id),
            colleagues=people(scope),
            templates=library(),
            stages=STAGES,
            **said_of(refused),
        )


def task_page(request: Request, who: Asker, task_id: str, refused: Refused | None = None) -> Response:
    """One task with everything that can be done with it. Raises NotFound outside the scope."""
    with reading(request, who) as scope:
        row = day.row_of(scope, tasks.task_at(scope, task_id))
        siblings = select(Task).where(
            Task.client_id == row.task.client_id,
            Task.client_id.in_(scope.clients()),
            Task.engagement_id == row.task.engagement_id,
            Task.id != row.task.id,
        )
        return page(
            request,
            "work/task.html",
            who=who,
            waiting=waiting(scope),
            row=row,
            siblings=scope.session.scalars(siblings.order_by(Task.place, Task.title).limit(200)).all(),
            people=people(scope),
            names=board.people_of(scope),
            **said_of(refused),
        )


def back_to(request: Request, who: Asker, back: str, refused: Refused) -> Response:
    """The page at `back` with the reason why what was sent from it was refused."""
    parts = urlsplit(local(back))
    steps = [unquote(one) for one in parts.path.strip("/").split("/")]
    try:
        if parts.path == "/day":
            return day_page(request, who, refused)
        if steps[0] == "tasks" and len(steps) == 2:
            return task_page(request, who, steps[1], refused)
        if steps[0] == "clients" and len(steps) == 3:
            return client_page(request, who, steps[1], refused)
    except NotFound:  # it went out of sight meanwhile
        pass
    return board_page(request, who, dict(parse_qsl(parts.query)), refused)


def people(scope: Scope) -> list[Person]:
    """Who can be given work, by name."""
    may = people_with(Right.TASK_WRITE)
    return list(scope.session.scalars(select(Person).where(Person.active, may).order_by(Person.name)))


def _address(path: str, query: Mapping[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value and (name, value) != ("view", "board")}
    return path + (f"?{urlencode(kept)}" if kept else "")
