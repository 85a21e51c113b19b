"""Imports in the browser: exports are uploaded, tried, looked at row by row, brought in with one click, and taken back with another."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from api import trials
from api import waiting as waits_for
from api.commands.imports import rejected_csv, undone
from api.pages import page
from api.routes.documents import attachment
from api.routes.intake import chosen, far
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from api.waiting import Waiting
from ingestion.exports.recognise import column_names
from ingestion.exports.vocabulary import fields_of, suggested, systems
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace import imports
from workspace.directory.candidates import contact_candidates
from workspace.imports.papers import KIND
from workspace.imports.run import VERDICTS
from workspace.pages.head import waiting
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
ROWS = 50  # on one page
Page = Annotated[int, Query(alias="page", ge=1, le=100_000)]
NAMES = {
    "auto": "Whatever it is",
    "karbon": "Karbon",
    "taxdome": "TaxDome",
    "canopy": "Canopy",
    "jetpack": "Jetpack Workflow",
    "clio": "Clio",
    "practicepanther": "PracticePanther",
    "quickbooks": "QuickBooks",
    "xero": "Xero",
    "outlook": "Outlook",
    "google": "Google",
    "generic": "Another program, or a list of your own",
}
FIELDS = {
    "external": "id there",
    "first": "first name",
    "last": "last name",
    "middle": "middle name",
    "zip": "ZIP",
    "tax_id": "taxpayer id",
    "since": "client since",
    "open": "open balance",
    "not_billable": "not billable",
    "year_end": "fiscal year end",
    "done": "done on",
    "client_id": "client’s id there",
}


@router.get("/imports")
def listing(request: Request, who: Who) -> Response:
    """What was imported, what waits, and the form to import more."""
    return _listing(request, who)


def _listing(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    services = services_of(request)
    with reading(request, who) as scope:
        found, waits = imports.imports_of(scope), waiting(scope)
        twice = len(contact_candidates(scope)) if found and scope.has(Right.CLIENT_MERGE) else 0
    return page(
        request,
        "imports/overview.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        found=found,
        uploads=waits_for.mine(services, who.email),
        sources=["auto", *systems()],
        names=NAMES,
        verdicts=VERDICTS,
        twice=twice,
        limit=services.settings.max_file_mb,
        problem=sentence(refused) if refused else None,
    )


@router.post("/imports")
def upload(request: Request, who: Sender, files: list[UploadFile], source: Text = "auto") -> Response:
    """Keep the files and try them; nothing is on record before somebody says so."""
    try:
        one = trials.begin(services_of(request), who.email, source, chosen(request, files))
    except REFUSED as refused:
        return _listing(request, who, refused)
    return redirect(f"/imports/waiting/{one.id}")


@router.get("/imports/waiting/{waiting_id}")
def shown(request: Request, who: Who, waiting_id: str, verdict: str = "", number: Page = 1) -> Response:
    """The dry run: what was recognised, what would become of each row, how the sums compare."""
    one = trials.look(services_of(request), who.email, waiting_id)
    if one.state == "done":
        if len(one.numbers) == 1:
            return redirect(f"/imports/{one.numbers[0]}", "imported")
        return redirect("/imports", "imported" if one.numbers else "import-nothing")
    return _shown(request, who, one, verdict, number)


def _shown(
    request: Request, who: Asker, one: Waiting, verdict: str = "", number: int = 1, refused: Refused | None = None
) -> Response:
    found = waits_for.trial_of(services_of(request), one) if one.state == "ready" else None
    held = [row for row in found["rows"] if row["verdict"] == "held" and row.get("like")] if found else []
    with reading(request, who) as scope:
        ours = trials.look_alikes(scope, {ref for row in held for ref in row["like"]}) if held else {}
        waits = waiting(scope)
    rows = [row for row in found["rows"] if verdict in ("", row["verdict"])] if found else []
    number = min(number, _pages(len(rows)))
    problem = sentence(refused) if refused else one.said
    return page(
        request,
        "imports/trial.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        one=one,
        found=found,
        held=held[:50],
        more_held=max(0, len(held) - 50),
        ours=ours,
        names=NAMES,
        running=far(request),
        problem=problem,
        rows=rows[(number - 1) * ROWS : number * ROWS],
        **_paged(len(rows), verdict, number, f"/imports/waiting/{one.id}"),
    )


def _paged(total: int, verdict: str, number: int, path: str) -> dict[str, Any]:
    pages = _pages(total)
    return {
        "total": total,
        "number": min(number, pages),
        "pages": pages,
        "verdict": verdict,
        "verdicts": VERDICTS,
        "address": lambda **more: f"{path}?" + urlencode({k: v for k, v in {"verdict": verdict, **more}.items() if v}),
    }


def _pages(total: int) -> int:
    return max(1, -(-total // ROWS))


@router.get("/imports/waiting/{waiting_id}/progress")
def progress(request: Request, who: Who, waiting_id: str) -> JSONResponse:
    """How far the reading is; `running` false when the page has something to show."""
    one = trials.look(services_of(request), who.email, waiting_id)
    told = far(request)
    return JSONResponse({**told, "running": one.state in ("reading", "importing") and told["running"]})


@router.post("/imports/waiting/{waiting_id}/decide")
def decide(
    request: Request, who: Sender, waiting_id: str, name: Text = "", ref: Text = "", system: Text = ""
) -> Response:
    """The name is our client of that ref, or with none a new one, in that system; then the dry run is made anew."""
    services = services_of(request)
    one = trials.look(services, who.email, waiting_id)
    try:
        system = trials.system_in(services, one, system)
        with writing(request, who) as scope:
            imports.decide(scope, system, name, ref.strip() or None)
    except REFUSED as refused:
        return _shown(request, who, one, refused=refused)
    trials.again(services, one)
    return redirect(f"/imports/waiting/{one.id}", "import-decided")


@router.get("/imports/waiting/{waiting_id}/map/{mark}")
def mapping(request: Request, who: Who, waiting_id: str, mark: str, kind: str = "") -> Response:
    """A table that was not recognised: what each of its columns holds."""
    return _mapping(request, who, waiting_id, mark, kind)


def _mapping(
    request: Request, who: Asker, waiting_id: str, mark: str, kind: str, refused: Refused | None = None
) -> Response:
    services = services_of(request)
    one = trials.look(services, who.email, waiting_id)
    table = trials.unknown_of(trials.trial(services, one), mark)
    columns = column_names(table["header"])
    kinds = trials.mapping_kinds()
    kind = kind if kind in kinds else max(kinds, key=lambda k: len(suggested(columns, k)))
    with reading(request, who) as scope:
        waits = waiting(scope)
    samples = [[row[place] if place < len(row) else "" for row in table["rows"]] for place in range(len(columns))]
    return page(
        request,
        "imports/map.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        one=one,
        table=table,
        kind=kind,
        kinds=kinds,
        columns=list(zip(columns, table["header"], samples, strict=True)),
        fields=[(name, FIELDS.get(name, name.replace("_", " "))) for name in sorted(fields_of(kind))],
        guess={column: name for name, column in suggested(columns, kind).items()},
        problem=sentence(refused) if refused else None,
    )


@router.post("/imports/waiting/{waiting_id}/map/{mark}")
async def set_mapping(request: Request, who: Sender, waiting_id: str, mark: str) -> Response:
    """Remember how tables of this header are read; then the dry run is made anew."""
    form = await request.form()
    kind = "" if form.get("aside") else str(form.get("kind", ""))
    named = [(str(form.get(f"column-{place}", "")), str(form.get(f"field-{place}", ""))) for place in range(500)]
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(_set_mapping, request, who, waiting_id, mark, kind, named)


def _set_mapping(
    request: Request, who: Asker, waiting_id: str, mark: str, kind: str, named: list[tuple[str, str]]
) -> Response:
    services = services_of(request)
    one = trials.look(services, who.email, waiting_id)
    chosen_of = [(field, column) for column, field in named if column and field] if kind else []
    try:
        if len({field for field, _ in chosen_of}) < len(chosen_of):
            raise Invalid("two columns are said to hold the same; choose one")
        trials.map_table(services, one, mark, kind, dict(chosen_of), lambda: writing(request, who))
    except REFUSED as refused:
        return _mapping(request, who, waiting_id, mark, kind, refused)
    return redirect(f"/imports/waiting/{one.id}", "import-mapped")


@router.post("/imports/waiting/{waiting_id}/import")
def bring_in(request: Request, who: Sender, waiting_id: str) -> Response:
    """Import it."""
    services = services_of(request)
    one = trials.look(services, who.email, waiting_id)
    try:
        one = trials.bring_in(services, one)
    except REFUSED as refused:
        return _shown(request, who, one, refused=refused)
    return redirect(f"/imports/waiting/{one.id}")


@router.post("/imports/waiting/{waiting_id}/drop")
def drop(request: Request, who: Sender, waiting_id: str) -> Response:
    """Set it aside: its files are removed."""
    services = services_of(request)
    waits_for.drop(services, waits_for.get(services, who.email, waiting_id))
    return redirect("/imports", "import-dropped")


@router.get("/imports/{number}")
def one_import(request: Request, who: Who, number: int, verdict: str = "", at: Page = 1) -> Response:
    """An import with what became of each row and file."""
    return _one(request, who, number, verdict, at)


def _one(
    request: Request, who: Asker, number: int, verdict: str = "", at: int = 1, refused: Refused | None = None
) -> Response:
    with reading(request, who) as scope:
        found = imports.import_of(scope, number)
        lines, papers, total = imports.page_of(scope, number, verdict, at, ROWS)
        twice = len(contact_candidates(scope)) if scope.has(Right.CLIENT_MERGE) else 0
        waits = waiting(scope)
    return page(
        request,
        "imports/one.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        one=found,
        papers=papers,
        twice=twice,
        names=NAMES,
        problem=sentence(refused) if refused else None,
        rows=lines,
        **_paged(total, verdict, at, f"/imports/{number}"),
    )


@router.get("/imports/{number}/rejected.csv")
def rejected(request: Request, who: Who, number: int) -> Response:
    """The rows that were not taken, with the reasons, to be repaired and imported again."""
    with reading(request, who) as scope:
        rows = [row for row in imports.verdicts_of(scope, number, limit=100_000) if row.kind != KIND]
        text = rejected_csv(rows)
    return attachment(
        ("\ufeff" + text).encode("utf-8", "replace"), f"import-{number}-rejected.csv", "text/csv; charset=utf-8"
    )


@router.post("/imports/{number}/undo")
def take_back(request: Request, who: Sender, number: int) -> Response:
    """Take it back."""
    try:
        undone(services_of(request), number, who.email)
    except REFUSED as refused:
        return _one(request, who, number, refused=refused)
    return redirect(f"/imports/{number}", "import-undone")
