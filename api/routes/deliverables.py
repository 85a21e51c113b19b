"""The review queue, a draft beside its proof, the decisions about it, and its copies on paper.

Every decision carries the hash of the text that was on the page. A refusal is said on the page itself; one for want of a right also
lands on the trail.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from api.marks import around, blocks, cut
from api.pages import document_url, fragment, message_url, page
from api.routes.documents import attachment, lit_boxes
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, opener, reading, services_of, writing
from store.errors import Conflict, Forbidden, Invalid
from workspace import drill
from workspace.comments import as_note
from workspace.deliverables.first_look import Look, first_look
from workspace.deliverables.model import Section
from workspace.deliverables.opened import open_version, standing
from workspace.deliverables.reading import listing, show
from workspace.deliverables.release import release
from workspace.deliverables.render.html import Anchor, as_html
from workspace.deliverables.render.paper import as_docx, as_pdf
from workspace.deliverables.review import approve, ask_changes, edit, record_refusal, reject
from workspace.deliverables.versions import since_released
from workspace.pages.head import waiting
from workspace.pages.tick import OpenedSource, open_tick
from workspace.scope import Right, Scope
from workspace.viewer import cell_range

router = APIRouter(include_in_schema=False)
Hash = Annotated[str, Form(min_length=8, max_length=64)]
Act = Callable[[Scope], None]
_ALIGNED = re.compile(r' style="text-align:\w+"')
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/review")
def queue(request: Request, who: Who) -> Response:
    with reading(request, who) as scope:
        rows, waits = listing(scope), waiting(scope)
    return page(request, "queue.html", who=who, waiting=waits, deliverables=rows)


@router.get("/review/{deliverable_id}")
def one(request: Request, who: Who, deliverable_id: str) -> Response:
    """The page. That a reviewer opened this version is kept, once; whoever chose to be tested may get a drill in its place."""
    shown, values, first = _before_her(request, who, deliverable_id)
    if first:
        with writing(request, who) as scope:
            current, drilled = open_version(scope, shown["id"])
        if drilled or current != shown["hash"]:  # a copy takes its place, or the night a newer version's
            shown, values, _ = _before_her(request, who, deliverable_id)
    return _reviewed(request, who, shown, values, None)


def review_page(
    request: Request, who: Asker, deliverable_id: str, refused: Conflict | Invalid | Forbidden | None = None
) -> Response:
    """The draft beside its proof; with `refused` it says why an act was not carried out."""
    shown, values, _ = _before_her(request, who, deliverable_id)
    return _reviewed(request, who, shown, values, refused)


def _before_her(request: Request, who: Asker, deliverable_id: str) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """The deliverable as she has it before her, what else the page says, and whether she opens this version for the first time."""
    with reading(request, who) as scope:
        shown = show(scope, deliverable_id)
        open_drill, told, first = standing(scope, shown["id"])
        values = {
            "told": told,
            "waiting": waiting(scope),
            "since": since_released(scope, shown["id"]),
            "may": {
                "review": scope.has(Right.DELIVERABLE_REVIEW),
                "release": scope.has(Right.DELIVERABLE_RELEASE),
                "edit": scope.has(Right.DELIVERABLE_EDIT),
            },
        }
    return (drill.as_copy(open_drill, shown) if open_drill else shown), values, first


def _reviewed(
    request: Request,
    who: Asker,
    shown: dict[str, Any],
    values: dict[str, Any],
    refused: Conflict | Invalid | Forbidden | None,
) -> Response:
    return page(
        request,
        "review.html",
        status=refused.status if refused else 200,
        who=who,
        d=shown,
        html=_text(shown, looks := first_look(shown["sections"], shown["tickmarks"])),
        looks=looks,
        open_comments=[one for one in shown["comments"] if one["resolved_at"] is None],
        problem=sentence(refused) if refused else None,
        **values,
    )


def before_the_asker(scope: Scope, deliverable_id: str) -> tuple[dict[str, Any], drill.Told | None]:
    """The deliverable as the asker has it before her: the copy while a drill is open, else the current version; and what she is told of a
    drill that is over."""
    shown = show(scope, deliverable_id)
    open_drill, told = drill.standing(scope, shown["id"])
    return (drill.as_copy(open_drill, shown) if open_drill else shown), told


def _anchors(shown: dict[str, Any], looks: Sequence[Look]) -> Iterator[Anchor]:
    """Where comments begin and end, and where the sentences end that are to be read first."""
    for one in shown["comments"]:
        place, number = one["stands"], one["number"]
        if place and one["resolved_at"] is None:
            yield Anchor(place["section"], place["start"], f"from-{number}")
            yield Anchor(
                place["section"], place["end"], f"at-{number}", str(number), f"#c{number}", f"Comment {number}"
            )
    for index, look in enumerate(looks):
        yield Anchor(look.section, look.end, f"look-{index}")


def _text(shown: dict[str, Any], looks: Sequence[Look]) -> Markup:
    """The draft with its tick marks. Columns are aligned by a class: the site's policy allows no style in a page."""
    html = as_html(shown, style="ticks", anchors=tuple(_anchors(shown, looks))).replace(
        ' style="text-align:right"', ' class="num"'
    )
    return Markup(_ALIGNED.sub("", html))  # noqa: S704 - as_html escapes what the text holds


@router.get("/review/{deliverable_id}/proof/{index}")
def proof(request: Request, who: Who, deliverable_id: str, index: int, whole: bool = False) -> Response:
    """The source of one figure: a piece for the panel, or with `whole` a page of its own."""
    with reading(request, who) as scope:
        tick = open_tick(scope, deliverable_id, index)
        copy_of, _ = drill.standing(scope, deliverable_id)
        if copy_of:
            tick = replace(tick, text=drill.figure_in(copy_of, tick.section, tick.start) or tick.text)
        waits = waiting(scope) if whole else 0
    sources = [_source(request, tick.client_ref, one) for one in tick.sources]
    if whole:
        return page(request, "proof_page.html", who=who, waiting=waits, tick=tick, sources=sources, id=deliverable_id)
    return Response(fragment("proof.html", tick=tick, sources=sources), media_type="text/html")


def _source(request: Request, client_ref: str, opened: OpenedSource) -> dict[str, Any]:
    """A source as the panel draws it: words, the page's picture with its boxes, or the text around the passage."""
    source, leaf, message = opened.source, opened.page, opened.message
    shown: dict[str, Any] = {
        "title": source.title,
        "where": source.where,
        "quote": source.quote,
        "label": source.label,
        "depth": opened.depth,
        "url": _url(client_ref, source.link),
        "leaf": leaf,
        "cells": cell_range(leaf, opened.start, opened.end) if leaf else None,
        "lit": lit_boxes(request, leaf, opened.start, opened.end) if leaf else [],
        "read": None,
    }
    if leaf is not None and not (leaf.drawable and shown["lit"]):
        shown["read"] = around(leaf, opened.start, opened.end)
    elif message is not None:
        shown["read"] = blocks(*cut(message.body, opened.start, opened.end))
    return shown


def _url(client_ref: str, link: Any) -> str | None:
    match link.get("kind"):
        case "document":
            return document_url(link)
        case "message":
            return message_url(link)
        case "client":
            return f"/clients/{client_ref}/{link['tab']}"
        case _:
            return None


@router.get("/review/{deliverable_id}/edit")
def editor(request: Request, who: Who, deliverable_id: str) -> Response:
    with reading(request, who) as scope:
        (shown, _), waits = before_the_asker(scope, deliverable_id), waiting(scope)
        scope.require(Right.DELIVERABLE_EDIT)
    return page(request, "edit.html", who=who, waiting=waits, d=shown)


@router.post("/review/{deliverable_id}/edit")
def save(
    request: Request,
    who: Sender,
    deliverable_id: str,
    hash: Hash,
    title: Annotated[list[str], Form()],
    markdown: Annotated[list[str], Form()],
) -> Response:
    sections: Sequence[Section] = [Section(*pair) for pair in zip(title, markdown, strict=False)]
    try:
        with writing(request, who) as scope:
            before = show(scope, deliverable_id)
            sections, hash = drill.own_text(scope, deliverable_id, sections, hash, before["hash"])
            number = edit(scope, deliverable_id, sections, expected=hash)
    except Forbidden as refused:
        return refused_page(request, who, deliverable_id, "edit", refused)
    except (Conflict, Invalid) as refused:
        # what was typed is not lost: the form comes back with it
        with reading(request, who) as scope:
            shown, waits = show(scope, deliverable_id), waiting(scope)
        shown["sections"] = [{"title": s.title, "markdown": s.markdown} for s in sections]
        problem = sentence(refused)
        return page(request, "edit.html", status=refused.status, who=who, waiting=waits, d=shown, problem=problem)
    return redirect(f"/review/{deliverable_id}", "same" if number == before["version"] else "edited")


@router.post("/review/{deliverable_id}/approve")
def approved(
    request: Request,
    who: Sender,
    deliverable_id: str,
    hash: Hash,
    override: Annotated[str, Form()] = "",
    seconds: Annotated[str, Form()] = "",
) -> Response:
    def act(scope: Scope) -> None:
        approve(scope, deliverable_id, expected=hash, override=override, seconds=_seconds(seconds))

    done = _decided(request, who, deliverable_id, "approve", act, hash)
    return done or redirect(f"/review/{deliverable_id}", "approved")


@router.post("/review/{deliverable_id}/changes")
def changes(
    request: Request,
    who: Sender,
    deliverable_id: str,
    hash: Hash,
    note: Annotated[str, Form()] = "",
    seconds: Annotated[str, Form()] = "",
    comments: Annotated[bool, Form()] = False,
) -> Response:
    """Sends the version back and revises it at once, so that the reviewer reads the next version while she remembers her note. With
    `comments` the open comments are part of the note."""
    from agents.draft import revise

    def act(scope: Scope) -> None:
        said = as_note(show(scope, deliverable_id)["comments"], note) if comments else note
        ask_changes(scope, deliverable_id, said, expected=hash, seconds=_seconds(seconds))

    refused = _decided(request, who, deliverable_id, "changes", act, hash, note)
    if refused is not None:
        return refused
    try:
        revise(services_of(request), opener(request, who), deliverable_id)
    except (Conflict, Invalid) as stuck:
        return review_page(request, who, deliverable_id, stuck)
    return redirect(f"/review/{deliverable_id}", "revised")


@router.post("/review/{deliverable_id}/reject")
def rejected(
    request: Request,
    who: Sender,
    deliverable_id: str,
    hash: Hash,
    note: Annotated[str, Form()] = "",
    seconds: Annotated[str, Form()] = "",
) -> Response:
    def act(scope: Scope) -> None:
        reject(scope, deliverable_id, note, expected=hash, seconds=_seconds(seconds))

    done = _decided(request, who, deliverable_id, "reject", act, hash, note)
    return done or redirect(f"/review/{deliverable_id}", "rejected")


@router.post("/review/{deliverable_id}/release")
def released(request: Request, who: Sender, deliverable_id: str, hash: Hash) -> Response:
    def act(scope: Scope) -> None:
        release(scope, deliverable_id, expected=hash)

    return _decided(request, who, deliverable_id, "release", act) or redirect(f"/review/{deliverable_id}", "released")


def _decided(
    request: Request, who: Asker, deliverable_id: str, action: str, act: Act, copy_hash: str = "", note: str = ""
) -> Response | None:
    """Carry out a decision in one transaction; the page that says why not, or None when it is done. A decision about the copy of a drill,
    which `copy_hash` names, ends the drill and nothing else: the page then tells."""
    try:
        with writing(request, who) as scope:
            if copy_hash and drill.settle(scope, deliverable_id, copy_hash, action, note):
                return redirect(f"/review/{deliverable_id}")
            act(scope)
    except Forbidden as refused:
        return refused_page(request, who, deliverable_id, action, refused)
    except (Conflict, Invalid) as refused:
        return review_page(request, who, deliverable_id, refused)
    return None


def refused_page(request: Request, who: Asker, deliverable_id: str, action: str, refused: Forbidden) -> Response:
    """The refusal's own transaction is gone: it is noted in a new one, and said on the page."""
    with writing(request, who) as scope:
        record_refusal(scope, deliverable_id, action, refused)
    return review_page(request, who, deliverable_id, refused)


def _seconds(text: str) -> int | None:
    """How long the page was read, as its script counted, idle minutes left out; None without one."""
    return int(text) if text.isdecimal() and len(text) < 7 else None


@router.get("/review/{deliverable_id}/copy.{form}")
def copy(
    request: Request, who: Who, deliverable_id: str, form: Literal["pdf", "docx"], internal: bool | None = None
) -> Response:
    """The current version on paper: the client's copy of what was released, else an internal one with the proof behind it."""
    with reading(request, who) as scope:
        open_drill, _ = drill.standing(scope, deliverable_id)
    if open_drill is not None:
        with writing(request, who) as scope:
            drill.lift(scope, deliverable_id)
    with reading(request, who) as scope:
        title = show(scope, deliverable_id)["title"]
        make = as_pdf if form == "pdf" else as_docx
        data = make(scope, deliverable_id, internal=internal)
    return attachment(data, f"{title.replace('/', '-')}.{form}", "application/pdf" if form == "pdf" else _DOCX)
