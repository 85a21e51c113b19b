"""The page of sources: mailboxes, the forwarding address, folders; their last reading, what is wrong with one, and what to do."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.mail_consent import providers
from api.mailbox import try_mailbox
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Invalid, TickmarkError
from workspace import sources
from workspace.pages.head import waiting
from workspace.scope import Right
from workspace.undo import expect, mark_of, undoable

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]
_FIELDS = ("kind", "name", "address", "host", "port", "user", "security", "method", "place", "folders", "every")


@router.get("/sources")
def listing(request: Request, who: Who) -> Response:
    return sources_page(request, who)


def sources_page(request: Request, who: Asker, status: int = 200, problem: str | None = None, **more: Any) -> Response:
    """The page, with what went wrong or was found out."""
    services = services_of(request)
    with reading(request, who) as scope:
        found, waits = sources.listed(scope, services.seal, services.clock.real_now()), waiting(scope)
        marks = {one.id: mark_of(sources.source(scope, one.id)) for one in found}
        on_machine = scope.has(Right.IMPORT_RUN)
    blank = dict.fromkeys(_FIELDS, "")
    values = {"given": blank, "tested": None, "away": None, **more}
    return page(
        request,
        "sources.html",
        status=status,
        who=who,
        waiting=waits,
        sources=found,
        marks=marks,
        on_machine=on_machine,
        blank=blank,
        receives=services.settings.smtp_in is not None,
        providers=providers(services.settings),
        problem=problem,
        **values,
    )


@router.post("/sources")
def add(
    request: Request,
    who: Sender,
    kind: Text = "imap",
    name: Text = "",
    address: Text = "",
    host: Text = "",
    port: Text = "",
    user: Text = "",
    security: Text = "tls",
    method: Text = "password",
    secret: Text = "",
    place: Text = "",
    folders: Text = "",
    every: Text = "10",
) -> Response:
    """Add one. What was typed stands again where it is refused, but for the secret."""
    services = services_of(request)
    given = dict(
        zip(_FIELDS, (kind, name, address, host, port, user, security, method, place, folders, every), strict=True)
    )
    try:
        new = sources.NewSource(
            kind,
            name,
            address,
            host,
            _number(port, "the port"),
            user,
            security,
            method,
            secret,
            place,
            folders.split(","),
            _number(every, "the minutes"),
        )
        with writing(request, who) as scope:
            sources.add(scope, services.seal, new, services.clock.real_now())
    except TickmarkError as refused:
        return sources_page(request, who, refused.status, sentence(refused), given=given)
    return redirect("/sources", "source-added")


def _number(text: str, what: str) -> int:
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 8):
        raise Invalid(f"{what}: give a whole number")
    return int(text or 0)


@router.post("/sources/{source_id}/{act}")
def act(
    request: Request, who: Sender, source_id: str, act: str, mark: Text = "", every: Text = "", secret: Text = ""
) -> Response:
    """sync, test, pause, resume, change or remove."""
    services = services_of(request)
    undone = ""
    try:
        if act == "test":
            return _test(request, who, source_id)
        with writing(request, who) as scope:
            row, now = sources.source(scope, source_id), services.clock.real_now()
            if act == "sync":  # its mark is another after every reading
                sources.ask(scope, row.id, now)
                return redirect("/sources", "source-sync")
            match act:
                case "pause":
                    sources.change(scope, services.seal, row.id, now, state="paused")
                case "resume":
                    sources.change(scope, services.seal, row.id, now, state="on")
                case "change":
                    minutes = _number(every, "the minutes")
                    sources.change(scope, services.seal, row.id, now, every=minutes or None, secret=secret or None)
                case "remove":
                    expect(row, mark or None, "this source")
                    with undoable(scope, f"removed the source {row.name}") as kept:
                        sources.remove(scope, row.id)
                    undone = kept.id
                case _:
                    return redirect("/sources")
    except TickmarkError as refused:
        return sources_page(request, who, refused.status, sentence(refused))
    return redirect("/sources", f"source-{act}", act=undone) if undone else redirect("/sources", f"source-{act}")


def _test(request: Request, who: Asker, source_id: str) -> Response:
    services = services_of(request)
    with reading(request, who) as scope:
        way = sources.way(scope, services.seal, source_id)
    if way.kind != "imap":
        raise Invalid("only a mailbox is signed in to")
    folders = try_mailbox(services, way)
    return sources_page(request, who, tested=(way.address, folders))
