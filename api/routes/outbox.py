"""The outbox in the browser and as JSON: what a person has to decide, what waits, what went, and what is to be printed or filed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Conflict, Forbidden
from workspace.pages.head import waiting
from workspace.posts import Listed, decide_post, lying, posts, queue_posts
from workspace.scope import Right

router = APIRouter()
_WAITS = ("waiting", "sending")


@router.get("/outbox", include_in_schema=False)
def shown(request: Request, who: Who) -> Response:
    """The page. What was released since the last round is queued by it, so that something can be said about it without a mail server."""
    with reading(request, who) as scope:
        new = scope.has(Right.SCAN_RUN) and any(one.mailed for one in lying(scope))
    if new:
        with writing(request, who) as scope:
            queue_posts(scope, briefs=False)
    return _page(request, who)


@router.post("/outbox/{post_id}", include_in_schema=False)
def decide(
    request: Request, who: Sender, post_id: str, decision: Annotated[Literal["again", "sent", "aside"], Form()]
) -> Response:
    """What shall become of a message that did not go by itself."""
    try:
        with writing(request, who) as scope:
            decide_post(scope, post_id, decision)
    except (Conflict, Forbidden) as refused:
        return _page(request, who, refused)
    return redirect("/outbox", f"post-{decision}")


@router.get("/api/v1/outbox")
def as_json(request: Request, who: Who) -> list[dict[str, Any]]:
    """The posts that the asker may see, those to be decided first."""
    with reading(request, who) as scope:
        return [_json(one) for one in posts(scope)]


def _page(request: Request, who: Asker, refused: Conflict | Forbidden | None = None) -> Response:
    with reading(request, who) as scope:
        found, papers, waits = posts(scope), lying(scope), waiting(scope)
        may_decide = scope.has(Right.DELIVERABLE_RELEASE)
    return page(
        request,
        "outbox.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        to_decide=[one for one in found if one.to_decide],
        queued=[one for one in found if one.state in _WAITS],
        gone=[one for one in found if not one.to_decide and one.state not in _WAITS],
        unqueued=[one for one in papers if one.mailed],
        papers=[one for one in papers if not one.mailed],
        may_decide=may_decide,
        sends=services_of(request).settings.smtp_url is not None,
        problem=sentence(refused) if refused else None,
    )


def _json(one: Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "what": one.what,
        "client_ref": one.client_ref,
        "deliverable_id": one.deliverable_id,
        "recipients": list(one.recipients),
        "state": one.state,
        "attempts": one.attempts,
        "next_at": one.next_at.isoformat(),
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "error": one.error,
    }
