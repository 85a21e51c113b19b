"""Imports as JSON: the list, one with its rows, an upload with its dry run, what a person decides, bringing in, taking back."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from api import trials
from api import waiting as waits_for
from api.commands.imports import undone
from api.routes.intake import chosen
from api.security import Asker, Sender, Who, reading, services_of, writing
from api.waiting import Waiting
from store.errors import Conflict, Invalid
from workspace import imports
from workspace.imports import Listed

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]


class Decision(BaseModel):
    """Which client a held row is: `ref` of ours, or null for a new one. `name` as the export writes it, `system` as the row says it; "" is
    the first of the export."""

    name: str = Field(max_length=300)
    system: str = Field(default="", max_length=20)
    ref: str | None = Field(default=None, max_length=60)


class TableMapping(BaseModel):
    """How the table of that fingerprint is read: its kind ("" sets it aside), and by field the name of the column that holds it, as the
    dry run's `unknown` tells the header; of two columns of one name the second is `name#2`."""

    fingerprint: str = Field(max_length=40)
    kind: str = Field(default="", max_length=12)
    columns: dict[str, str] = Field(default={}, max_length=500)


@router.get("/imports")
def listing(request: Request, who: Who) -> list[Json]:
    """The imports, newest first."""
    with reading(request, who) as scope:
        return [_listed(one) for one in imports.imports_of(scope)]


@router.post("/imports", status_code=201)
def upload(
    request: Request,
    response: Response,
    who: Sender,
    files: list[UploadFile],
    source: Annotated[str, Form(max_length=40)] = "auto",
) -> Json:
    """Upload an export; the answer is its dry run, or `state` "reading" where it is long. It waits for a day."""
    one = trials.begin(services_of(request), who.email, source, chosen(request, files))
    response.headers["Location"] = f"/api/v1/imports/waiting/{one.id}"
    return _waiting(request, one)


@router.get("/imports/waiting/{waiting_id}")
def dry_run(request: Request, who: Who, waiting_id: str) -> Json:
    """An export that waits, with its dry run; `state`: reading, ready, importing, done, failed."""
    return _waiting(request, trials.look(services_of(request), who.email, waiting_id))


@router.delete("/imports/waiting/{waiting_id}", status_code=204)
def drop(request: Request, who: Sender, waiting_id: str) -> None:
    """Set an export aside; its files are removed."""
    services = services_of(request)
    waits_for.drop(services, waits_for.get(services, who.email, waiting_id))


@router.post("/imports/waiting/{waiting_id}/decide")
def decide(request: Request, who: Sender, waiting_id: str, decision: Decision) -> Json:
    """Say which client a held row is; the answer is the dry run made anew."""
    services = services_of(request)
    one = _ready(request, who, waiting_id)
    with writing(request, who) as scope:
        imports.decide(scope, trials.system_in(services, one, decision.system), decision.name, decision.ref)
    return _waiting(request, trials.again(services, one))


@router.post("/imports/waiting/{waiting_id}/map")
def map_table(request: Request, who: Sender, waiting_id: str, mapping: TableMapping) -> Json:
    """Say how a table that was not recognised is read; the answer is the dry run made anew."""
    services = services_of(request)
    one = _ready(request, who, waiting_id)
    given = (mapping.fingerprint, mapping.kind, dict(mapping.columns))
    return _waiting(request, trials.map_table(services, one, *given, lambda: writing(request, who)))


@router.post("/imports/waiting/{waiting_id}/import")
def bring_in(request: Request, who: Sender, waiting_id: str) -> Json:
    """Import it. `numbers` are the imports, one of each system; none: nothing was new, or it is long and `state` is "importing"."""
    services = services_of(request)
    one = trials.bring_in(services, trials.look(services, who.email, waiting_id))
    if one.state == "ready":
        raise Invalid(one.said or "it was not brought in")
    return {"waiting": one.id, "state": one.state, "numbers": list(one.numbers)}


@router.get("/imports/{number}")
def one_import(
    request: Request,
    who: Who,
    number: int,
    verdict: str = "",
    after: Annotated[int, Query(ge=-1, le=10_000_000)] = -1,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
) -> Json:
    """One import with what became of its rows, `limit` of them, from the place `after` on; `next` is where to go on, null at the end."""
    with reading(request, who) as scope:
        found = imports.import_of(scope, number)
        rows = imports.verdicts_of(scope, number, verdict or None, limit=limit, after=after)
        told = [
            {
                "place": row.place,
                "file": row.file,
                "line": row.line,
                "kind": row.kind,
                "verdict": row.verdict,
                "name": row.name,
                "reason": row.reason,
            }
            for row in rows
        ]
    return {
        **_listed(found),
        "sums": found.sums,
        "rows": told,
        "next": told[-1]["place"] if len(told) == limit else None,
    }


@router.post("/imports/{number}/undo")
def take_back(request: Request, who: Sender, number: int) -> Json:
    """Take an import back. Refused (409), in words, where somebody changed what it brought."""
    taken, changes, left = undone(services_of(request), number, who.email)
    return {"number": taken, "changes": changes, "left": left}


def _ready(request: Request, who: Asker, waiting_id: str) -> Waiting:
    one = trials.look(services_of(request), who.email, waiting_id)
    if one.state != "ready":
        raise Conflict(f"this export is {one.state}: look at it as it stands now")
    return one


def _waiting(request: Request, one: Waiting) -> Json:
    found = waits_for.trial_of(services_of(request), one) if one.state == "ready" else None
    head: Json = {"waiting": one.id, "state": one.state, "said": one.said, "source": one.source}
    files = [{"name": name, "size": size} for name, size in one.files]
    return {**head, "numbers": list(one.numbers), "files": files, "trial": found}


def _listed(one: Listed) -> Json:
    return {
        "number": one.number,
        "system": one.system,
        "at": one.at.isoformat(),
        "by": one.who,
        "state": one.state,
        "tables": one.tables,
        "counts": one.counts,
    }
