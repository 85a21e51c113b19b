"""The list of clients and the pages of one client, a tab a page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, opener, reading, services_of
from store.errors import Invalid
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.reading import listing
from workspace.pages.briefs import colleagues
from workspace.pages.clients import clients_list
from workspace.pages.head import client_head, waiting
from workspace.pages.history import AT_ONCE, history_of
from workspace.pages.mail import threads_of
from workspace.pages.money import accounts_of
from workspace.pages.overview import overview_of
from workspace.pages.papers import papers_of
from workspace.pages.signals import signals_of
from workspace.pages.work import work_of
from workspace.scope import Right
from workspace.search import search

router = APIRouter(include_in_schema=False)
HITS = 12


@router.get("/clients")
def everyone(request: Request, who: Who) -> Response:
    with reading(request, who) as scope:
        lines, waits = clients_list(scope), waiting(scope)
    return page(request, "clients.html", who=who, waiting=waits, lines=lines)


@router.get("/clients/{ref}")
def overview(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        seen, kept = overview_of(scope, ref), signals_of(scope, ref)
    return page(request, "client/overview.html", who=who, waiting=head.waiting, head=head, seen=seen, kept=kept)


@router.get("/clients/{ref}/work")
def work(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        planned = work_of(scope, ref)
    return page(request, "client/work.html", who=who, waiting=head.waiting, head=head, work=planned)


@router.get("/clients/{ref}/documents")
def documents(request: Request, who: Who, ref: str, q: str = "", by: str = "folder", words: str = "") -> Response:
    """`q` holds words of the path, `words` are searched inside the documents."""
    by = "kind" if by == "kind" else "folder"
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        shelf = papers_of(scope, ref, words=q, by=by)
        hits = search(scope, services_of(request).searcher, ref, words, HITS) if words.strip() else None
        may_add = scope.has(Right.DOCUMENT_ADD)
    return page(
        request,
        "client/documents.html",
        who=who,
        waiting=head.waiting,
        head=head,
        shelf=shelf,
        q=q,
        by=by,
        words=words,
        hits=hits,
        may_add=may_add,
    )


@router.get("/clients/{ref}/mail")
def mail(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        threads = threads_of(scope, ref)
    return page(request, "client/mail.html", who=who, waiting=head.waiting, head=head, threads=threads)


@router.get("/clients/{ref}/money")
def money(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        accounts = accounts_of(scope, ref)
    return page(request, "client/money.html", who=who, waiting=head.waiting, head=head, accounts=accounts)


@router.get("/clients/{ref}/signals")
def signals(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        kept, people = signals_of(scope, ref), colleagues(scope)
        may_decide = scope.has(Right.SIGNAL_DECIDE)
    return page(
        request,
        "client/signals.html",
        who=who,
        waiting=head.waiting,
        head=head,
        kept=kept,
        people=people,
        may_decide=may_decide,
    )


@router.get("/clients/{ref}/drafts")
def drafts(request: Request, who: Who, ref: str, slug: str = "") -> Response:
    return _drafts(request, who, ref, slug)


def _drafts(request: Request, who: Asker, ref: str, slug: str, refused: Invalid | None = None) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        rows, may_draft = listing(scope, ref), scope.has(Right.DELIVERABLE_EDIT)
    return page(
        request,
        "client/drafts.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        deliverables=rows,
        kinds=KINDS,
        slug=slug,
        may_draft=may_draft,
        problem=sentence(refused) if refused else None,
    )


@router.post("/clients/{ref}/drafts")
def draft_now(request: Request, who: Sender, ref: str, slug: Annotated[str, Form()]) -> Response:
    from agents.draft import draft

    try:
        made = draft(services_of(request), opener(request, who), ref, slug)
    except Invalid as nothing:
        return _drafts(request, who, ref, slug, nothing)
    return redirect(f"/review/{made}", "drafted")


@router.get("/clients/{ref}/history")
def history(request: Request, who: Who, ref: str, before: int | None = None) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        happened = history_of(scope, ref, before=before)
    older = happened[-1].seq if len(happened) == AT_ONCE else None
    return page(
        request, "client/history.html", who=who, waiting=head.waiting, head=head, happened=happened, older=older
    )
