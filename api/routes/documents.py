"""Documents and messages: the page that a citation opens, its picture, the file itself, and taking new files in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile

from api.marks import boxes_of, shown, split_marked
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Invalid, NotFound
from store.fact_names import KINDS
from workspace.facts import sheet_of
from workspace.pages.head import waiting
from workspace.passwords import keep_password, passwords_of
from workspace.scope import access_client
from workspace.viewer import Leaf, NotTaken, cell_range, mark_opened, open_message, open_page

router = APIRouter(include_in_schema=False)
PICTURE_WIDTH = 1400


@router.get("/documents/{document_id}")
def document(
    request: Request,
    who: Who,
    document_id: str,
    version: str | None = None,
    number: Annotated[int, Query(alias="page")] = 1,
    start: int = 0,
    end: int = 0,
    fact: str = "",
    row: int = 0,
) -> Response:
    try:
        return document_page(request, who, document_id, Look(version, number, start, end, fact, row))
    except NotTaken as refused:  # a brief, a receipt or a link of yesterday leads here
        return redirect(f"/clients/{quote(refused.client_ref)}/documents?q={quote(refused.path)}")


@dataclass(frozen=True)
class Look:
    """What of a document is looked at: the version (None: the current), the page, the characters to light, the fact to correct, the row
    with which a long sheet begins."""

    version: str | None = None
    number: int = 1
    start: int = 0
    end: int = 0
    fact: str = ""
    row: int = 0


def document_page(request: Request, who: Asker, document_id: str, look: Look, problem: str | None = None) -> Response:
    """The page of a document, with its facts beside it; `problem` says why the form before was not taken."""
    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=look.version, number=look.number)
        sheet = sheet_of(scope, document_id) if leaf.current else None
        waits = waiting(scope)
    if not leaf.opened:
        with writing(request, who) as scope:
            mark_opened(scope, document_id)
    read, lit = (
        shown(leaf, look.start, look.end, look.row),
        lit_boxes(request, leaf, look.start, look.end, passwords_for(request, who, leaf)),
    )
    status = 422 if problem else 200
    told = {
        "leaf": leaf,
        "lit": lit,
        "read": read,
        "cells": cell_range(leaf, look.start, look.end),
        "sheet": sheet,
        "fact": look.fact,
        "kinds": KINDS,
    }
    return page(request, "document.html", status=status, who=who, waiting=waits, problem=problem, **told)


@router.get("/documents/{document_id}/picture")
def picture(request: Request, who: Who, document_id: str, version: str, number: int) -> Response:
    from ingestion.locate import render

    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=version, number=number)
    if not leaf.drawable:
        raise NotFound("this file has no pages to show as a picture")
    data = services_of(request).blobs.get(leaf.blob)
    image = render(data, leaf.media_type, leaf.number, width=PICTURE_WIDTH, passwords=passwords_for(request, who, leaf))
    # a version never changes, so its picture may be kept by this person's browser
    return Response(image, media_type="image/png", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.post("/documents/{document_id}/unlock")
def unlock(request: Request, who: Sender, document_id: str, password: Annotated[str, Form()]) -> Response:
    """Keep the password for this client's locked files and read this one with it."""
    from api.intake import index_new

    with reading(request, who) as scope:
        ref = open_page(scope, document_id).client_ref
    try:
        with writing(request, who) as scope:
            keep_password(scope, services_of(request).seal, ref, password)
            client_id = access_client(scope, ref).id
    except Invalid as refused:
        return document_page(request, who, document_id, Look(), sentence(refused))
    index_new(services_of(request), lambda *_: None, [client_id])
    with reading(request, who) as scope:
        locked = open_page(scope, document_id).locked
    if locked:
        return document_page(request, who, document_id, Look(), "This password does not open the file.")
    return redirect(f"/documents/{document_id}", "unlocked")


@router.get("/documents/{document_id}/file")
def download(request: Request, who: Who, document_id: str, version: str | None = None) -> Response:
    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=version)
    # never shown inside the site: a client's HTML must not run here
    return attachment(services_of(request).blobs.get(leaf.blob), leaf.path.rsplit("/", 1)[-1])


def attachment(data: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """Bytes to be saved, under a name of any characters."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=media_type, headers={"Content-Disposition": disposition})


@router.get("/messages/{message_id:path}")
def message(request: Request, who: Who, message_id: str, start: int = 0, end: int = 0) -> Response:
    with reading(request, who) as scope:
        leaf, waits = open_message(scope, message_id), waiting(scope)
    marked = split_marked(leaf.body, start, end)
    return page(request, "message.html", who=who, waiting=waits, leaf=leaf, marked=marked)


@router.post("/clients/{ref}/documents")
def add(request: Request, who: Sender, ref: str, files: list[UploadFile]) -> Response:
    return redirect(f"/clients/{quote(ref)}/documents", "received", **taken_in(request, who, ref, files))


def taken_in(request: Request, who: Asker, ref: str, files: list[UploadFile]) -> dict[str, int]:
    """Take the files in; how many were accepted, duplicate, unchanged, refused. Raises Invalid for none, and for one too big."""
    from api.commands.intake import take_in

    limit = services_of(request).settings.max_file_mb
    for file in files:
        if (file.size or 0) > limit * 1_000_000:
            raise Invalid(f"{file.filename} is too big: the limit is {limit} MB; split it into parts")
    uploads = [(file.filename, file.file.read()) for file in files if file.filename]
    if not uploads:
        raise Invalid("choose a file first")
    return take_in(services_of(request), who.email, ref, uploads)


def passwords_for(request: Request, who: Asker, leaf: Leaf) -> tuple[str, ...]:
    """What opens a locked file that was read; empty for one that is open."""
    if leaf.opened_with is None:
        return ()
    with reading(request, who) as scope:
        client = access_client(scope, leaf.client_ref)
        known = passwords_of(scope, services_of(request).seal, [client.id])
    return tuple(one.secret for one in known.get(client.id, ()))


def lit_boxes(
    request: Request, leaf: Leaf, start: int, end: int, passwords: Sequence[str] = ()
) -> list[tuple[float, float, float, float]]:
    """The boxes to light on the page's picture: left, top, width and height in percent of the page."""
    if not leaf.drawable or end <= start:
        return []
    return boxes_of(services_of(request).blobs.get(leaf.blob), leaf, start, end, passwords)
