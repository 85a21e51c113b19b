"""People and roles in the browser: who works here, with which role; what each role may do, in one matrix."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.pages.head import waiting
from workspace.people import roles, staff
from workspace.scope import RIGHTS, Right, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Names = Annotated[list[str] | None, Form()]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
SECTIONS: tuple[tuple[str, tuple[Right, ...]], ...] = (
    (
        "Clients and work",
        (
            Right.CLIENT_READ,
            Right.CLIENT_WRITE,
            Right.CLIENT_MERGE,
            Right.TEAM_SET,
            Right.BREAK_GLASS,
            Right.ENGAGEMENT_WRITE,
            Right.TASK_WRITE,
            Right.TEMPLATE_WRITE,
            Right.AUTOMATION_SET,
            Right.NOTE_WRITE,
            Right.MAIL_TRIAGE,
            Right.REQUEST_WRITE,
            Right.CONFLICT_SEARCH,
        ),
    ),
    (
        "Documents and what they say",
        (
            Right.DOCUMENT_ADD,
            Right.INTAKE_SORT,
            Right.FACT_CORRECT,
            Right.PROFILE_WRITE,
            Right.TAX_ID_SEE,
            Right.DEADLINE_RULE,
            Right.SIGNAL_DECIDE,
            Right.SCAN_RUN,
        ),
    ),
    (
        "What leaves the firm",
        (
            Right.DELIVERABLE_EDIT,
            Right.DELIVERABLE_REVIEW,
            Right.DELIVERABLE_RELEASE,
            Right.LETTER_WRITE,
            Right.PORTAL_INVITE,
            Right.EXPORT_WRITE,
            Right.WEBHOOK_MANAGE,
        ),
    ),
    (
        "Time and money",
        (
            Right.TIME_WRITE,
            Right.TIME_APPROVE,
            Right.MONEY_SEE,
            Right.RATES_SEE,
            Right.RATES_SET,
            Right.INVOICE_WRITE,
            Right.INVOICE_ISSUE,
            Right.PAYMENT_RECORD,
            Right.WIP_ADJUST,
            Right.REVENUE_READ,
            Right.TRUST_WRITE,
            Right.TRUST_RECONCILE,
            Right.PORTFOLIO_READ,
            Right.CAPACITY_READ,
        ),
    ),
)


def _sections() -> list[tuple[str, list[Right]]]:
    """The rights by what they are about; those that stand in no section run the firm."""
    placed = {right for _, some in SECTIONS for right in some}
    rest = [right for right in Right if right not in placed]
    return [*((title, list(some)) for title, some in SECTIONS), ("Running the firm", rest)]


@router.get("/people")
def everybody(request: Request, who: Who) -> Response:
    return _people(request, who)


def _people(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = staff.people(scope), waiting(scope)
        known = roles.roles(scope)
    return _page(request, "people/people.html", who, refused, waiting=waits, people=found, roles=known)


@router.post("/people")
def add(request: Request, who: Sender, email: Text, name: Text, role: Text, weekly_hours: Text = "") -> Response:
    """Somebody new."""
    try:
        with writing(request, who) as scope:
            made = staff.add(scope, email, name, role, weekly_hours)
    except REFUSED as refused:
        return _people(request, who, refused)
    return redirect(f"/people/{quote(made.email, safe='@')}", "person-added")


@router.get("/people/{email}")
def person(request: Request, who: Who, email: str) -> Response:
    return _person(request, who, email)


def _person(request: Request, who: Asker, email: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = staff.person_of(scope, email), waiting(scope)
        known, owned = roles.roles(scope), staff.in_hand(scope, email)
    return _page(request, "people/person.html", who, refused, waiting=waits, one=found, roles=known, owned=owned)


@router.post("/people/{email}")
def change(request: Request, who: Sender, email: str, name: Text, weekly_hours: Text = "", mark: Text = "") -> Response:
    """Her name and hours."""
    try:
        with writing(request, who) as scope:
            act = staff.change(scope, email, mark, name=name, weekly_hours=weekly_hours)
    except REFUSED as refused:
        return _person(request, who, email, refused)
    return redirect(f"/people/{quote(email, safe='@')}", "person-kept", act=act)


@router.post("/people/{email}/role")
def set_role(request: Request, who: Sender, email: str, role: Text) -> Response:
    """Another role."""
    return _acted(request, who, email, "person-role", lambda scope: staff.set_role(scope, email, role))


@router.post("/people/{email}/deactivate")
def deactivate(request: Request, who: Sender, email: str) -> Response:
    """She works here no longer."""
    return _acted(request, who, email, "person-gone", lambda scope: staff.deactivate(scope, email))


@router.post("/people/{email}/reactivate")
def reactivate(request: Request, who: Sender, email: str) -> Response:
    """She works here again."""
    return _acted(request, who, email, "person-back", lambda scope: staff.reactivate(scope, email))


def _acted(request: Request, who: Asker, email: str, said: str, act: Any) -> Response:
    try:
        with writing(request, who) as scope:
            act(scope)
    except REFUSED as refused:
        return _person(request, who, email, refused)
    return redirect(f"/people/{quote(email, safe='@')}", said)


@router.get("/roles")
def matrix(request: Request, who: Who) -> Response:
    return _roles(request, who)


def _roles(
    request: Request, who: Asker, refused: Refused | None = None, given: dict[str, Any] | None = None
) -> Response:
    with reading(request, who) as scope:
        found, waits = roles.roles(scope), waiting(scope)
    values = {"roles": found, "sections": _sections(), "given": given or {}, "bases": roles.BASES}
    return _page(request, "people/roles.html", who, refused, waiting=waits, **values)


@router.post("/roles")
def make_role(request: Request, who: Sender, name: Text, base: Text) -> Response:
    """A role of the firm's own: its base's rights that the asker has herself, to be changed on its page."""
    try:
        with writing(request, who) as scope:
            made = roles.make_role(scope, name, base, _hers(scope, base))
    except REFUSED as refused:
        return _roles(request, who, refused, {"name": name, "base": base})
    return redirect(f"/roles/{quote(made.slug)}", "role-made")


def _hers(scope: Scope, base: str) -> list[str]:
    return [right.value for right in RIGHTS.get(base, frozenset()) & scope.rights]


@router.get("/roles/{slug}")
def role(request: Request, who: Who, slug: str) -> Response:
    return _role(request, who, slug)


def _role(
    request: Request, who: Asker, slug: str, refused: Refused | None = None, ticked: list[str] | None = None
) -> Response:
    with reading(request, who) as scope:
        found, waits = roles.role_of(scope, slug), waiting(scope)
    shown = {right.value for right in found.rights} if ticked is None else set(ticked)
    values = {"role": found, "sections": _sections(), "ticked": shown, "base_rights": RIGHTS[found.base]}
    return _page(request, "people/role.html", who, refused, waiting=waits, **values)


@router.post("/roles/{slug}")
def set_rights(request: Request, who: Sender, slug: str, right: Names = None) -> Response:
    """The whole rights of the role."""
    try:
        with writing(request, who) as scope:
            roles.set_rights(scope, slug, right or [])
    except REFUSED as refused:
        return _role(request, who, slug, refused, right or [])
    return redirect(f"/roles/{quote(slug)}", "role-kept")


@router.post("/roles/{slug}/remove")
def remove(request: Request, who: Sender, slug: str) -> Response:
    """Take it away."""
    try:
        with writing(request, who) as scope:
            roles.remove_role(scope, slug)
    except REFUSED as refused:
        return _role(request, who, slug, refused)
    return redirect("/roles", "role-gone")


def _page(request: Request, template: str, who: Asker, refused: Refused | None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)
