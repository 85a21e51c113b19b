"""The pages of automations: the list with its library, one rule with its form and dry run, the log."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from api.pages import page
from api.routes.work_pages import REFUSED, Refused, said_of
from api.said import redirect
from api.security import Asker, Sender, Who, reading, writing
from store.errors import TickmarkError
from store.fact_names import KINDS as PAPERS
from store.rows import STAGES, TEMPLATES
from store.tables import Person
from workspace.automations import keep, library, log, rules
from workspace.automations.dry_run import dry_run
from workspace.directory.fields import fields_of
from workspace.directory.lifecycle import STAGES as STATUSES
from workspace.directory.tags import words_of
from workspace.pages.head import waiting
from workspace.requests.lists import templates as request_lists
from workspace.scope import Right, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]
EMPTY = 1  # empty rows of acts at the end of the form
NEW = "new"
_ACT = ("kind", "value", "who", "days", "since", "text")


@router.get("/automations")
def listed(request: Request, who: Who) -> Response:
    """Every automation, and those of the library that the firm has not made its own."""
    return _list(request, who)


def _list(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found = keep.automations(scope)
        taken = {one.origin for one in found}
        return page(
            request,
            "automations/list.html",
            who=who,
            waiting=waiting(scope),
            found=found,
            shelf=[one for one in library.library() if one.slug not in taken],
            **said_of(refused),
        )


@router.get("/automations/log")
def log_page(
    request: Request, who: Who, rule: str = "", client: str = "", state: str = "", number: str = "1"
) -> Response:
    """What automations did."""
    return _log(request, who, {"rule": rule, "client": client, "state": state, "number": number})


def _log(request: Request, who: Asker, query: Mapping[str, str], refused: Refused | None = None) -> Response:
    place = int(query["number"]) if query["number"].isdecimal() and 0 < int(query["number"]) < 10_000 else 1
    with reading(request, who) as scope:
        lines, many = log.log(
            scope, rule_id=query["rule"], client_ref=query["client"], state=query["state"], page=place
        )
        named = [(one.id, one.rule.name) for one in keep.automations(scope)]
        return page(
            request,
            "automations/log.html",
            who=who,
            waiting=waiting(scope),
            lines=lines,
            many=many,
            named=named,
            query=query,
            place=place,
            pages=-(-many // log.AT_ONCE),
            **said_of(refused),
        )


@router.post("/automations/log/{firing_id}/undo")
def take_back(request: Request, who: Sender, firing_id: str) -> Response:
    try:
        with writing(request, who) as scope:
            log.take_back(scope, firing_id)
    except REFUSED as refused:
        return _log(request, who, {"rule": "", "client": "", "state": "", "number": "1"}, refused)
    return redirect("/automations/log", "automation-undone")


@router.post("/automations/library/{slug}")
def take(request: Request, who: Sender, slug: str) -> Response:
    """Make one of the library the firm's own; it is off until somebody switches it on."""
    try:
        with writing(request, who) as scope:
            scope.require(Right.AUTOMATION_SET)
            made, act = keep.add(scope, rules.as_plain(library.template(slug).rule), slug)
    except REFUSED as refused:
        return _list(request, who, refused)
    return redirect(f"/automations/{made}", "automation-kept", act=act)


@router.get("/automations/{automation_id}")
def one(request: Request, who: Who, automation_id: str) -> Response:
    """One automation, or `new`: its form, and what it would do."""
    return _one(request, who, automation_id)


@router.post("/automations/{automation_id}")
async def keep_it(request: Request, who: Sender, automation_id: str) -> Response:
    """The form: kept with `do=keep`, only tried with `do=try`."""
    form = await request.form()
    given = _given(form)
    if form.get("do") == "try":
        return _one(request, who, automation_id, given)
    try:
        with writing(request, who) as scope:
            if automation_id == NEW:
                made, act = keep.add(scope, given)
            else:
                made, act = automation_id, keep.change(scope, automation_id, given, str(form.get("mark") or "") or None)
    except REFUSED as refused:
        return _one(request, who, automation_id, given, refused)
    if not act:
        return redirect(f"/automations/{made}")
    return redirect(f"/automations/{made}", "automation-kept", act=act)


@router.post("/automations/{automation_id}/{act}")
def switch(request: Request, who: Sender, automation_id: str, act: str, mark: Text = "") -> Response:
    """on, off, remove."""
    try:
        with writing(request, who) as scope:
            if act == "remove":
                done = keep.remove(scope, automation_id, mark or None)
            elif act in ("on", "off"):
                done = keep.switch(scope, automation_id, on=act == "on", mark=mark or None)
            else:
                return redirect("/automations")
    except REFUSED as refused:
        return _list(request, who, refused)
    return redirect("/automations", f"automation-{act}", **({"act": done} if done else {}))


def _given(form: FormData) -> dict[str, Any]:
    """A rule as the form has it; its acts are rows of fields `kind:N` and so on, those without a kind left out."""
    text = {name: str(value) for name, value in form.items()}
    numbers = sorted(int(n) for name in text if name.startswith("kind:") and (n := name.partition(":")[2]).isdecimal())
    actions = [{name: text.get(f"{name}:{n}", "") for name in _ACT} for n in numbers[:50] if text.get(f"kind:{n}")]
    return {
        "name": text.get("name", ""),
        "trigger": {"kind": text.get("trigger", ""), "value": _value(text), "days": _days(text)},
        "conditions": {
            "templates": [str(one) for one in form.getlist("template")],
            "entity_types": [str(one) for one in form.getlist("entity")],
            "stages": [str(one) for one in form.getlist("stage")],
            "partner": text.get("partner", ""),
            "tag": text.get("tag", ""),
        },
        "actions": actions,
    }


def _value(text: Mapping[str, str]) -> str:
    """A date trigger has its own choice of dates, so that nobody has to know their names."""
    return text.get("base", "") if text.get("trigger") == "date" else text.get("value", "")


def _days(text: Mapping[str, str]) -> str:
    days = text.get("days", "").strip()
    return f"-{days}" if days and text.get("side") == "before" and not days.startswith("-") else days


def _one(
    request: Request,
    who: Asker,
    automation_id: str,
    given: Mapping[str, Any] | None = None,
    refused: TickmarkError | None = None,
) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.AUTOMATION_SET)
        row = keep.listed(scope, automation_id) if automation_id != NEW else None
        plain = given or (rules.as_plain(row.rule) if row else {})
        people = scope.session.scalars(select(Person).where(Person.active).order_by(Person.name)).all()
        found, problem = None, refused
        if plain and refused is None:
            try:
                found = dry_run(scope, rules.as_rule(plain, row.id if row else ""), people)
            except REFUSED as wrong:
                problem = wrong
        return page(
            request,
            "automations/one.html",
            who=who,
            waiting=waiting(scope),
            row=row,
            given=plain,
            actions=[*plain.get("actions", ()), *({} for _ in range(EMPTY if plain else EMPTY + 1))],
            found=found,
            people=[(one.email, one.name) for one in people],
            partners=[(one.email, one.name) for one in people if one.role == "partner"],
            tried=given is not None,
            **said_of(problem),  # type: ignore[arg-type]
            **_choices(scope),
        )


def _choices(scope: Scope) -> dict[str, Any]:
    """What the form offers; two queries."""
    return {
        "kinds": rules.TRIGGERS,
        "bases": rules.BASES,
        "doings": rules.ACTIONS,
        "counted": rules.COUNTED,
        "roles": rules.ROLES,
        "moves": rules.MOVES,
        "stages": STAGES,
        "templates": TEMPLATES,
        "entities": rules.ENTITIES,
        "papers": PAPERS,
        "signals": rules.signals(),
        "statuses": STATUSES,
        "lists": request_lists(),
        "drafts": rules.drafts(),
        "tags": [name for name, _ in words_of(scope)],
        "own_fields": [(one.of, one.name) for one in fields_of(scope) if one.of in ("client", "engagement")],
    }
