"""Intake over JSON, under /api/v1: what came in, the tray of loose files, files sent, a person's word on a loose file."""

from typing import Any

from fastapi import APIRouter, Request, UploadFile
from pydantic import BaseModel

from api.commands.loose import loose_json
from api.commands.result import silent
from api.loose import file_loose
from api.routes.intake import far, send
from api.security import Sender, Who, reading, services_of, writing
from store.errors import Invalid
from workspace.intake.lists import Line, intake
from workspace.intake.tray import drop_loose, open_loose, tray
from workspace.intake.watched import folders

router = APIRouter(prefix="/api/v1/intake", tags=["v1"])
Json = dict[str, Any]


class Word(BaseModel):
    """A word on a loose file: the ref of its client, or `drop` with the reason why it is none."""

    client_ref: str = ""
    drop: str = ""


@router.get("")
def listing(request: Request, who: Who, client: str | None = None, outcome: str | None = None, page: int = 1) -> Json:
    """What came in, newest first, a hundred a page; the tray; the watched folder; what is being read."""
    with reading(request, who) as scope:
        came = intake(scope, client_ref=client, outcome=outcome, page=page)
        loose, watched = tray(scope), folders(scope)
    return {
        "running": far(request),
        "counts": dict(came.counts),
        "page": came.page,
        "pages": came.pages,
        "total": came.total,
        "documents": [_line(line) for line in came.lines],
        "loose": [loose_json(one) for one in loose],
        "watched": [{"folder": f.top, "client_ref": f.client_ref, "files": f.files, "gone": f.gone} for f in watched],
    }


@router.post("", status_code=201)
def add(request: Request, who: Sender, files: list[UploadFile], client: str = "") -> Json:
    """Keep files, of the client of the ref `client` or loose, and begin to read them; how many came out how."""
    return send(request, who, files, client)


@router.post("/loose/{loose_id}")
def decide(request: Request, who: Sender, loose_id: str, word: Word) -> Json:
    """File a loose file to a client, or set it aside."""
    if bool(word.client_ref) == bool(word.drop):
        raise Invalid("give either client_ref, or drop with a reason")
    if word.drop:
        with writing(request, who) as scope:
            drop_loose(scope, loose_id, word.drop)
            return loose_json(open_loose(scope, loose_id))
    place, document = file_loose(services_of(request), who.email, loose_id, word.client_ref, silent)
    return {"id": loose_id, "state": "filed", "client_ref": word.client_ref, "path": place, "document": document}


def _line(line: Line) -> Json:
    names = ("client_ref", "path", "outcome", "kind", "source", "size", "version", "copy_of", "after")
    return {
        "id": line.document_id,
        **{name: getattr(line, name) for name in names},
        "received_at": line.received_at.isoformat(),
        "gone_since": line.gone_since.isoformat() if line.gone_since else None,
        "findings": list(line.findings),
    }
