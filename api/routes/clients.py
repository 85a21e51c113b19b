"""The pages of one client, a tab a page. The list of clients and the Record tab are directory.py's."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.days import day_in
from api.pages import page
from api.routes.work_pages import client_page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, opener, reading, services_of
from store.errors import Invalid
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.reading import listing
from workspace.pages.briefs import colleagues
from workspace.pages.contradictions import since_of
from workspace.pages.head import client_head
from workspace.pages.history import AT_ONCE, history_of
from workspace.pages.mail import threads_of
from workspace.pages.money import accounts_of
from workspace.pages.overview import overview_of
from workspace.pages.papers import papers_of
from workspace.pages.promises import promised_of
from workspace.pages.signals import signals_of
from workspace.portfolio import flags_of_client
from workspace.record_history import believed_on, record_history
from workspace.scope import Right

router = APIRouter(include_in_schema=False)


@router.get("/clients/{ref}")
def overview(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        seen, kept = overview_of(scope, ref), signals_of(scope, ref)
        flags = flags_of_client([one.raised for one in kept], head.scan, scope.today)
    return page(
        request, "client/overview.html", who=who, waiting=head.waiting, head=head, seen=seen, kept=kept, flags=flags
    )


@router.get("/clients/{ref}/work")
def work(request: Request, who: Who, ref: str) -> Response:
    return client_page(request, who, ref)


@router.get("/clients/{ref}/documents")
def documents(request: Request, who: Who, ref: str, q: str = "", by: str = "folder") -> Response:
    """`q` holds words of the path."""
    by = "kind" if by == "kind" else "folder"
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        shelf = papers_of(scope, ref, words=q, by=by)
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
        may_add=may_add,
    )


@router.get("/clients/{ref}/mail")
def mail(request: Request, who: Who, ref: str) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        threads, promised = threads_of(scope, ref), promised_of(scope, ref)
    return page(
        request,
        "client/mail.html",
        who=who,
        waiting=head.waiting,
        head=head,
        threads=threads,
        promised=promised,
    )


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
        since = since_of(scope, head.id, kept)
    return page(
        request,
        "client/signals.html",
        who=who,
        waiting=head.waiting,
        head=head,
        kept=kept,
        people=people,
        may_decide=may_decide,
        since=since,
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
def history(request: Request, who: Who, ref: str, before: int | None = None, as_of: str = "") -> Response:
    """`as_of`: a day, to see what the records said at its end."""
    day = day_in(as_of)
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        happened = history_of(scope, ref, before=before)
        spells = believed_on(scope, ref, day) if day else record_history(scope, ref)
    older = happened[-1].seq if len(happened) == AT_ONCE else None
    return page(
        request,
        "client/history.html",
        who=who,
        waiting=head.waiting,
        head=head,
        happened=happened,
        older=older,
        spells=spells,
        as_of=day,
    )
