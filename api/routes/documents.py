"""Documents and messages: the page that a citation opens, its picture, the file itself, and taking new files in."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.marks import boxes_of, split_marked
from api.pages import page
from api.security import Asker, asker, protected, reading, services_of, writing
from workspace.viewer import Leaf, mark_opened, open_message, open_page

router = APIRouter(include_in_schema=False)
Who = Annotated[Asker, Depends(asker)]
PICTURE_WIDTH = 1400


@router.get("/documents/{document_id}")
def document(
    request: Request,
    who: Who,
    document_id: str,
    version: str | None = None,
    page_number: int = 1,
    start: int = 0,
    end: int = 0,
) -> Response:
    number = int(request.query_params.get("page", page_number))
    with writing(request, who) as scope:
        mark_opened(scope, document_id)
        leaf = open_page(scope, document_id, version_id=version, number=number)
    lit = _lit(request, leaf, start, end)
    return page(request, "document.html", who=who, leaf=leaf, lit=lit, marked=split_marked(leaf.text, start, end))


@router.get("/documents/{document_id}/picture")
def picture(request: Request, who: Who, document_id: str, version: str, number: int) -> Response:
    from ingestion.locate import render

    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=version, number=number)
    data = services_of(request).blobs.get(leaf.blob)
    image = render(data, leaf.media_type, leaf.number, width=PICTURE_WIDTH)
    # a version never changes, so its picture may be kept by this person's browser
    return Response(image, media_type="image/png", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.get("/documents/{document_id}/file")
def download(request: Request, who: Who, document_id: str, version: str | None = None) -> Response:
    with reading(request, who) as scope:
        leaf = open_page(scope, document_id, version_id=version)
    name = leaf.path.rsplit("/", 1)[-1]
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    # never shown inside the site: a client's HTML must not run here
    return Response(
        services_of(request).blobs.get(leaf.blob),
        media_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


@router.get("/messages/{message_id:path}")
def message(request: Request, who: Who, message_id: str, start: int = 0, end: int = 0) -> Response:
    with reading(request, who) as scope:
        leaf = open_message(scope, message_id)
    return page(request, "message.html", who=who, leaf=leaf, marked=split_marked(leaf.body, start, end))


@router.post("/clients/{ref}/documents")
def add(request: Request, ref: str, files: list[UploadFile], who: Annotated[Asker, Depends(protected)]) -> Response:
    from api.commands.intake import take_in

    uploads = [(file.filename or "upload", file.file.read()) for file in files]
    take_in(services_of(request), who.email, ref, uploads)
    return RedirectResponse(f"/clients/{quote(ref)}?said=received#documents", status_code=303)


def _lit(request: Request, leaf: Leaf, start: int, end: int) -> list[str]:
    """The boxes to light on the page's picture, as `left,top,width,height` in percent."""
    if not leaf.drawable or end <= start:
        return []
    return boxes_of(services_of(request).blobs.get(leaf.blob), leaf, start, end)
