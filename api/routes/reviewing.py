"""What a reviewer does beside deciding: comments on a passage, versions side by side, release of several low-risk drafts, and the choice to
be tested by drills. The queue, the page and the decisions are in deliverables.py.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.routes.deliverables import before_the_asker, review_page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace import drill
from workspace.checklist import tick_check
from workspace.comments import comment, resolve
from workspace.deliverables.batch import CLASSES, ready, release_ready
from workspace.deliverables.reading import show
from workspace.deliverables.review import record_refusal
from workspace.deliverables.versions import side_by_side
from workspace.pages.head import waiting

router = APIRouter(include_in_schema=False)
Hash = Annotated[str, Form(min_length=8, max_length=64)]


@dataclass(frozen=True)
class Row:
    """What became of one draft of a batch; `refused` is why it did not go, "" when it is released."""

    id: str
    title: str
    client: str
    refused: str = ""


@router.post("/review/{deliverable_id}/comments")
def said(
    request: Request,
    who: Sender,
    deliverable_id: str,
    hash: Hash,
    quote: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    nth: Annotated[int, Form()] = 0,
    tick: Annotated[str, Form()] = "",
) -> Response:
    """A comment on the words that were selected, or on the figure of index `tick`."""
    figure = int(tick) if tick.isdecimal() and len(tick) < 6 else None
    try:
        with writing(request, who) as scope:
            shown, _ = before_the_asker(scope, deliverable_id)
            open_drill, _ = drill.standing(scope, shown["id"])
            if open_drill is not None and open_drill.content_hash == hash:
                if note.strip() and drill.remark(scope, open_drill, quote, note, figure):
                    return redirect(f"/review/{shown['id']}", "commented")
                hash = show(scope, shown["id"])["hash"]
            number = comment(scope, deliverable_id, quote, note, nth=nth, tick=figure, expected=hash)
    except (Conflict, Invalid) as refused:
        return review_page(request, who, deliverable_id, refused)
    return redirect(f"/review/{deliverable_id}#c{number}", "commented")


@router.post("/review/{deliverable_id}/checks")
def ticked(
    request: Request,
    who: Sender,
    deliverable_id: str,
    hash: Hash,
    place: Annotated[int, Form(ge=0, le=99)],
    on: Annotated[bool, Form()],
) -> Response:
    """A line of the checklist ticked, or its tick taken back; on the copy of a drill it is the version's own."""
    try:
        with writing(request, who) as scope:
            shown, _ = before_the_asker(scope, deliverable_id)
            expected = show(scope, shown["id"])["hash"] if shown["hash"] == hash else hash
            tick_check(scope, shown["id"], place, on=on, expected=expected)
    except (Conflict, Invalid) as refused:
        return review_page(request, who, deliverable_id, refused)
    return redirect(f"/review/{deliverable_id}#checks", "ticked")


@router.post("/review/{deliverable_id}/comments/{number}/resolve")
def settled(request: Request, who: Sender, deliverable_id: str, number: int) -> Response:
    try:
        with writing(request, who) as scope:
            resolve(scope, deliverable_id, number)
    except Conflict as refused:
        return review_page(request, who, deliverable_id, refused)
    return redirect(f"/review/{deliverable_id}#comments", "resolved")


@router.get("/review/{deliverable_id}/compare")
def compared(request: Request, who: Who, deliverable_id: str, left: str = "", right: str = "") -> Response:
    """Two versions side by side; without a choice the current one beside the one before, or beside the last released of its kind."""
    with reading(request, who) as scope:
        shown, _ = before_the_asker(scope, deliverable_id)
        both = side_by_side(scope, shown["id"], left, right, current=shown["sections"])
        waits = waiting(scope)
    return page(request, "compare.html", who=who, waiting=waits, d=shown, both=both)


@router.get("/review/batch")
def batch(request: Request, who: Who) -> Response:
    """The low-risk drafts that a partner may release together, those she has opened first."""
    return _batch_page(request, who)


@router.post("/review/batch")
def released(request: Request, who: Sender, pick: Annotated[list[str] | None, Form()] = None) -> Response:
    """`pick`: `id:hash` of each. One transaction each; what is refused stops none of the others."""
    rows = [_one(request, who, *picked.partition(":")[::2]) for picked in dict.fromkeys(pick or [])]
    return _batch_page(request, who, rows, "" if rows else "Tick at least one draft.")


def _batch_page(request: Request, who: Asker, rows: list[Row] | None = None, problem: str = "") -> Response:
    with reading(request, who) as scope:
        lines, waits = ready(scope), waiting(scope)
    return page(
        request,
        "batch.html",
        status=422 if problem else 200,
        who=who,
        waiting=waits,
        lines=lines,
        rows=rows or [],
        classes=CLASSES,
        problem=problem or None,
    )


def _one(request: Request, who: Asker, deliverable_id: str, expected: str) -> Row:
    """Approve and release one of a batch, as alone; a refusal for want of a right lands on the trail likewise."""
    title, client = "", ""
    try:
        with reading(request, who) as scope:
            shown, _ = before_the_asker(scope, deliverable_id)
        title, client = shown["title"], shown["client"]
        with writing(request, who) as scope:
            release_ready(scope, deliverable_id, expected)
    except Forbidden as refused:
        with writing(request, who) as scope:
            record_refusal(scope, deliverable_id, "release", refused)
        return Row(deliverable_id, title, client, sentence(refused))
    except (Conflict, Invalid, NotFound) as refused:
        return Row(deliverable_id, title or deliverable_id, client, sentence(refused))
    return Row(deliverable_id, title, client)


@router.post("/report-card/drills")
def tested(request: Request, who: Sender, on: Annotated[bool, Form()]) -> Response:
    """The asker's own choice to be tested by drills, or not."""
    with writing(request, who) as scope:
        drill.choose(scope, wanted=on)
    return redirect("/report-card", "drills-on" if on else "drills-off")
