"""The firm's templates in the browser: read, and written as a next version."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from api.pages import page
from api.routes.acting import doing
from api.routes.work_pages import REFUSED, Refused, said_of
from api.said import redirect
from api.security import Asker, Sender, Who, reading
from store.errors import Invalid
from workspace.pages.head import waiting
from workspace.workflow import templates

router = APIRouter(include_in_schema=False)
WAYS = {
    "form": "when a form is due",
    "business_days": "business days after the period",
    "days_after_end": "days after the period",
    "days_after_start": "days after it starts",
    "day": "a day of the month after",
    "": "a day that is entered",
}
EMPTY = 3  # empty rows at the end of the form


@router.get("/templates")
def listed(request: Request, who: Who) -> Response:
    """Every template."""
    with reading(request, who) as scope:
        found = templates.templates_of(scope)
        return page(request, "work/templates.html", who=who, waiting=waiting(scope), templates=found)


@router.get("/templates/{slug}")
def one(request: Request, who: Who, slug: str, version: int | None = None) -> Response:
    """One template, or an earlier version of it."""
    return _page(request, who, slug, version)


@router.post("/templates/{slug}")
async def write(request: Request, who: Sender, slug: str) -> Response:
    """The form: a row of fields a step, named `title:N` and so on, in the order of `place:N`."""
    form = await request.form()
    fields = {name: str(value) for name, value in form.items()}
    try:
        with doing(request, who, f"Changed the template {slug[:20]}") as now:
            wanted = {"title": fields.get("title", ""), "due": _due(fields), "steps": _steps(fields)}
            seen = fields.get("seen", "")
            templates.change_template(now.scope, slug, wanted, seen=int(seen) if seen.isdecimal() else None)
    except REFUSED as refused:
        return _page(request, who, slug, None, refused)
    said = "template-changed" if now.act.id else "template-same"
    return redirect(f"/templates/{slug}", said, **({"act": now.act.id} if now.act.id else {}))


def _due(fields: Mapping[str, str]) -> dict[str, Any]:
    way, value = fields.get("way", ""), fields.get("value", "").strip()
    if way not in WAYS:
        raise Invalid("say how the due date is counted")
    if not way:
        return {}
    return {"months": 1, "day": value} if way == "day" else {way: value}


def _steps(fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows with a title, by place; a row whose title was emptied goes, and with it what needed it."""
    rows: list[tuple[float, int, dict[str, Any]]] = []
    for name in fields:
        if not name.startswith("title:"):
            continue
        number = name.removeprefix("title:")
        if not number.isdecimal() or not fields[name].strip():
            continue

        def value(field: str, number: str = number) -> str:
            return fields.get(f"{field}:{number}", "").strip()

        rows.append(
            (
                float(value("place")) if value("place").replace(".", "", 1).isdecimal() else int(number),
                int(number),
                {
                    "key": value("key"),
                    "title": fields[name],
                    "role": value("role"),
                    "days": value("days") or "0",
                    "from": value("from"),
                    "needs": [part.strip() for part in value("needs").split(",") if part.strip()],
                    "checklist": value("checklist").splitlines(),
                    "hours": value("hours"),
                },
            )
        )
    steps = [step for _, _, step in sorted(rows, key=lambda row: row[:2])]
    kept = {step["key"] for step in steps}
    gone = {fields[name] for name in fields if name.startswith("key:")} - kept - {""}
    for step in steps:
        step["needs"] = [key for key in step["needs"] if key not in gone]
    return steps


def _page(request: Request, who: Asker, slug: str, version: int | None, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        current = templates.template_of(scope, slug)
        shown = current if version is None else templates.version_of(scope, slug, version)
        way = next((name for name in shown.due if name != "months"), "")
        return page(
            request,
            "work/template.html",
            who=who,
            waiting=waiting(scope),
            shown=shown,
            current=current,
            versions=templates.versions_of(scope, slug),
            ways=WAYS,
            way=way,
            value=shown.due.get(way, ""),
            roles=templates.ROLES,
            froms=templates.FROM,
            empty=EMPTY,
            **said_of(refused),
        )
