"""What a person says about the facts of a document: the forms beside its page, and the same as JSON under /api/v1."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from api.intake import index_new
from api.routes.documents import Look, document_page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Conflict, Invalid, NotFound, TickmarkError
from store.tables import Document
from workspace.fact_corrections import Meant, Words, correct_fact, correct_kind, deny_fact, take_back
from workspace.facts import as_json, sheet_of, sheets_of
from workspace.scope import Scope, access_document

router = APIRouter()
Json = dict[str, Any]
_REFUSED: tuple[type[TickmarkError], ...] = (Invalid, Conflict)


class Correction(BaseModel):
    """What a fact is; `value` None: the document says no such thing. `was` and `row` tell which one of several, `add` is one more;
    `page` and `quote` are the words it is read from."""

    name: str
    value: str | None = Field(default=None, max_length=2000)
    was: str | None = None
    row: int | None = None
    add: bool = False
    page: int | None = None
    quote: str = Field(default="", max_length=2000)
    note: str = Field(default="", max_length=500)


class Kind(BaseModel):
    """What kind of document it is."""

    kind: str
    note: str = Field(default="", max_length=500)


class Filled(BaseModel):
    """The form beside the page. `act`: save, deny, add or back (take the correction back)."""

    act: str = "save"
    name: str = ""
    value: str = ""
    was: str = ""
    row: str = ""
    quote: str = ""
    note: str = ""
    page: int = 1
    fact: str = ""
    correction: str = ""


@router.post("/documents/{document_id}/facts", include_in_schema=False)
def say(request: Request, who: Sender, document_id: str, form: Annotated[Filled, Form()]) -> Response:
    try:
        with writing(request, who) as scope:
            said, again = _say(scope, document_id, form)
    except _REFUSED as refused:
        return document_page(request, who, document_id, Look(number=form.page, fact=form.fact), sentence(refused))
    if again:
        _read_again(request, who, document_id)
    return redirect(f"/documents/{document_id}?page={form.page}#facts", said)


@router.post("/documents/{document_id}/kind", include_in_schema=False)
def say_kind(request: Request, who: Sender, document_id: str, kind: Annotated[str, Form()]) -> Response:
    try:
        with writing(request, who) as scope:
            correct_kind(scope, document_id, kind)
    except _REFUSED as refused:
        return document_page(request, who, document_id, Look(), sentence(refused))
    _read_again(request, who, document_id)
    return redirect(f"/documents/{document_id}#facts", "kind")


def _say(scope: Scope, document_id: str, form: Filled) -> tuple[str, bool]:
    """The code of what is said afterwards, and whether the document has to be read again."""
    row = int(form.row) if form.row.isdecimal() else None
    if form.act == "back":
        sheet = sheet_of(scope, document_id)
        again = any(one.id == form.correction and one.action == "kind" for one in sheet.said)
        if take_back(scope, form.correction) != document_id:
            raise NotFound("there is no such correction of this document")
        return "taken-back", again
    if form.act == "deny":
        deny_fact(scope, document_id, Meant(form.name, form.was or None, row), form.note)
        return "denied", False
    add = form.act == "add"
    meant = Meant(form.name, None if add else form.was or None, row, add)
    # words without a page may stand anywhere; the page that was looked at is only where to look first
    correct_fact(scope, document_id, meant, form.value, Words(form.quote), form.note)
    return "corrected", False


def _read_again(request: Request, who: Asker, document_id: str) -> None:
    """Run the pipeline over what a corrected kind has put back to be read."""
    with reading(request, who) as scope:
        document: Document = access_document(scope, document_id)
        client_id = document.client_id
    index_new(services_of(request), lambda *_: None, [client_id])


@router.get("/api/v1/clients/{ref}/facts", tags=["v1"])
def facts_of_client(request: Request, who: Who, ref: str) -> list[Json]:
    """The facts of every document of a client that states some."""
    with reading(request, who) as scope:
        return [as_json(sheet) for sheet in sheets_of(scope, ref)]


@router.get("/api/v1/documents/{document_id}/facts", tags=["v1"])
def facts_of_document(request: Request, who: Who, document_id: str) -> Json:
    """The facts of one document, with what people corrected."""
    with reading(request, who) as scope:
        return as_json(sheet_of(scope, document_id))


@router.post("/api/v1/documents/{document_id}/facts", tags=["v1"])
def correct(request: Request, who: Sender, document_id: str, said: Correction) -> Json:
    """Correct a fact, add one, or with a null value say that there is none; answers with the facts as they stand."""
    meant = Meant(said.name, said.was, said.row, said.add)
    with writing(request, who) as scope:
        if said.value is None:
            deny_fact(scope, document_id, meant, said.note)
        else:
            correct_fact(scope, document_id, meant, said.value, Words(said.quote, said.page), said.note)
    return facts_of_document(request, who, document_id)


@router.post("/api/v1/documents/{document_id}/kind", tags=["v1"])
def kind(request: Request, who: Sender, document_id: str, said: Kind) -> Json:
    """Correct the kind of a document, which is then read anew; answers with its facts."""
    with writing(request, who) as scope:
        correct_kind(scope, document_id, said.kind, said.note)
    _read_again(request, who, document_id)
    return facts_of_document(request, who, document_id)


@router.post("/api/v1/corrections/{correction_id}/take-back", tags=["v1"])
def back(request: Request, who: Sender, correction_id: str) -> Json:
    """Take a correction back; answers with the facts as they were read."""
    with writing(request, who) as scope:
        document_id = take_back(scope, correction_id)
    _read_again(request, who, document_id)
    return facts_of_document(request, who, document_id)
