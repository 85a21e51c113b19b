"""Documents and messages: the page that a citation opens, its picture, the file itself, and taking new files in."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response, UploadFile

from api.marks import blocks, boxes_of, split_marked
from api.pages import page
from api.said import redirect
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Invalid, NotFound
from workspace.pages.head import waiting
from workspace.viewer import Leaf, mark_opened, open_message, open_page

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
) -> Response:
    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=version, number=number)
        waits = waiting(scope)
    if not leaf.opened:
        with writing(request, who) as scope:
            mark_opened(scope, document_id)
    read, lit = blocks(leaf.text, start, end), lit_boxes(request, leaf, start, end)
    return page(request, "document.html", who=who, waiting=waits, leaf=leaf, lit=lit, read=read)


@router.get("/documents/{document_id}/picture")
def picture(request: Request, who: Who, document_id: str, version: str, number: int) -> Response:
    from ingestion.locate import render

    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=version, number=number)
    if not leaf.drawable:
        raise NotFound("this file has no pages to show as a picture")
    data = services_of(request).blobs.get(leaf.blob)
    image = render(data, leaf.media_type, leaf.number, width=PICTURE_WIDTH)
    # a version never changes, so its picture may be kept by this person's browser
    return Response(image, media_type="image/png", headers={"Cache-Control": "private, max-age=86400, immutable"})


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


def lit_boxes(request: Request, leaf: Leaf, start: int, end: int) -> list[tuple[float, float, float, float]]:
    """The boxes to light on the page's picture: left, top, width and height in percent of the page."""
    if not leaf.drawable or end <= start:
        return []
    return boxes_of(services_of(request).blobs.get(leaf.blob), leaf, start, end)
