"""Clients in the browser: the Record tab, the list with its filters and bulk changes, new clients, groups, the firm's fields, merging."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.merging import search_again, while_nobody_reads
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from store.rows import ENTITY_TYPES
from workspace.directory import bulk, contacts, entity, fields, filters, groups, lifecycle, ownership, relations
from workspace.directory.apart import keep_apart
from workspace.directory.candidates import client_candidates
from workspace.directory.counted import all_in_words
from workspace.directory.listing import AT_ONCE, choices_of, list_page
from workspace.directory.merge_clients import merge_clients, review_clients
from workspace.directory.record import record_of
from workspace.directory.words import day_in
from workspace.pages.head import client_head, waiting
from workspace.scope import Right, Scope, access_client

router = APIRouter(include_in_schema=False)
Refused = Busy | Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid)
Text = Annotated[str, Form(max_length=600)]
Act = Callable[[Scope], str]


@router.get("/clients")
def everyone(request: Request, who: Who) -> Response:
    """The asker's clients by need, those that answer to the filter in the address."""
    return _list(request, who)


def _list(
    request: Request, who: Asker, refused: Refused | None = None, ticked: frozenset[str] = frozenset()
) -> Response:
    asked = {name: value for name, value in request.query_params.items() if name not in ("said", "act", "page")}
    query = filters.cleaned(asked)
    number = request.query_params.get("page", "1")
    with reading(request, who) as scope:
        seen = list_page(scope, query, int(number) if number.isdecimal() and len(number) < 6 else 1)
        waits = waiting(scope)
    return page(
        request,
        "clients.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        seen=seen,
        query=query,
        address=urlencode(query),
        at_once=AT_ONCE,
        ticked=ticked,
        open_of=filters.OPEN_OF,
        nobody=filters.NONE,
        stages=lifecycle.STAGES,
        types=ENTITY_TYPES,
        problem=sentence(refused) if refused else None,
    )


@router.get("/clients/new")
def new(request: Request, who: Who) -> Response:
    return _new(request, who, {})


def _new(request: Request, who: Asker, values: Mapping[str, Any], refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.CLIENT_WRITE)
        choices, waits, own = choices_of(scope), waiting(scope), fields.fields_of(scope, "client")
    return page(
        request,
        "directory/new.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        choices=choices,
        values=values,
        types=ENTITY_TYPES,
        stages=lifecycle.STAGES,
        states=entity.STATES,
        fields=own,
        problem=sentence(refused) if refused else None,
    )


@router.post("/clients/new")
async def create(request: Request, who: Sender) -> Response:
    form = await request.form()
    values = _record_values(form, ("ref", "status", "tax_id"))
    values["tags"] = [one for one in _text(form, "tags").split(",") if one.strip()]
    try:
        with writing(request, who) as scope:
            ref, act = entity.create_client(scope, values)
            seen = sees(scope, ref)
    except REFUSED as refused:
        return _new(request, who, {**values, **(values.get("custom") or {}), "tags": _text(form, "tags")}, refused)
    return redirect(f"/clients/{ref}/record" if seen else "/clients", "client-made", **({"act": act} if act else {}))


def sees(scope: Scope, ref: str) -> bool:
    """Whether the asker sees the client of that ref: who makes one for a colleague may not."""
    try:
        access_client(scope, ref)
    except NotFound:
        return False
    return True


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, ""))[:600]


def _record_values(form: FormData, also: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the form holds of a client; only what stands in it."""
    values: dict[str, Any] = {name: _text(form, name) for name in (*entity.FIELDS, *also) if name in form}
    custom = {n.removeprefix("custom:"): _text(form, n) for n in form if n.startswith("custom:")}
    return {**values, "custom": custom} if custom else values


@router.post("/clients/bulk")
async def change_many(request: Request, who: Sender) -> Response:
    form = await request.form()
    refs = [str(one) for one in form.getlist("client")]
    values = {name: _text(form, name) for name in bulk.SETTABLE}
    try:
        with writing(request, who) as scope:
            _, act = bulk.change_many(scope, refs, values)
    except (*REFUSED, NotFound) as refused:
        return _list(request, who, refused, frozenset(refs))
    return redirect(f"/clients?{urlencode(_asked(form))}", "clients-changed", **({"act": act} if act else {}))


def _asked(form: FormData) -> dict[str, str]:
    """The filter that a form of the list carries on, each part under `f:`."""
    return filters.cleaned({n.removeprefix("f:"): _text(form, n) for n in form if n.startswith("f:")})


@router.post("/clients/filters")
async def keep_filter(request: Request, who: Sender) -> Response:
    form = await request.form()
    query = _asked(form)
    try:
        with writing(request, who) as scope:
            _, act = filters.save_filter(scope, _text(form, "name"), query, shared="shared" in form)
    except REFUSED as refused:
        return _list(request, who, refused)
    return redirect(f"/clients?{urlencode(query)}", "filter-kept", **({"act": act} if act else {}))


@router.post("/clients/filters/{filter_id}/remove")
def remove_filter(request: Request, who: Sender, filter_id: str) -> Response:
    with writing(request, who) as scope:
        act = filters.remove_filter(scope, filter_id)
    return redirect("/clients", "filter-gone", act=act)


@router.get("/clients/merge")
def merge_page(request: Request, who: Who, kept: str = "", gone: str = "") -> Response:
    """The candidates; with two named, the two side by side."""
    return _merge(request, who, kept.strip(), gone.strip())


def _merge(request: Request, who: Asker, kept: str, gone: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.CLIENT_MERGE)
        waits = waiting(scope)
        try:
            seen = review_clients(scope, kept, gone) if kept and gone else None
        except (*REFUSED, NotFound) as nothing:
            seen, refused = None, nothing
        found = client_candidates(scope) if seen is None else ()
        return page(
            request,
            "directory/merge_clients.html",
            status=refused.status if refused else 200,
            who=who,
            waiting=waits,
            seen=seen,
            moves=all_in_words(seen.moves) if seen else "",
            stays=all_in_words(seen.stays) if seen else "",
            found=found,
            problem=sentence(refused) if refused else None,
        )


@router.post("/clients/merge")
async def merge(request: Request, who: Sender) -> Response:
    form = await request.form()
    kept, gone = _text(form, "kept"), _text(form, "gone")
    take = {n.removeprefix("take:"): _text(form, n) for n in form if n.startswith("take:")}
    marks = (_text(form, "kept_mark"), _text(form, "gone_mark"))
    services = services_of(request)
    try:
        act = await run_in_threadpool(_merged, request, who, kept, gone, take, marks)
    except (*REFUSED, Busy, NotFound) as refused:
        return _merge(request, who, kept, gone, refused)
    search_again(services, (kept, gone))
    return redirect(f"/clients/{kept}/record", "clients-merged", act=act)


def _merged(request: Request, who: Asker, kept: str, gone: str, take: Mapping[str, str], marks: tuple[str, str]) -> str:
    with while_nobody_reads(services_of(request)), writing(request, who) as scope:
        return merge_clients(scope, kept, gone, take, marks=marks)


@router.post("/clients/merge/apart")
def two(
    request: Request, who: Sender, one: Annotated[str, Form(max_length=60)], other: Annotated[str, Form(max_length=60)]
) -> Response:
    """The two are not one, and not proposed again."""
    try:
        with writing(request, who) as scope:
            act = keep_apart(scope, "client", one, other)
    except (*REFUSED, NotFound) as refused:
        return _merge(request, who, "", "", refused)
    return redirect("/clients/merge", "pair-apart", act=act)


@router.get("/clients/{ref}/record")
def record(request: Request, who: Who, ref: str, as_of: str = "") -> Response:
    """The client's record; owners as of a day."""
    return _record(request, who, ref, day_in(as_of))


def _record(
    request: Request,
    who: Asker,
    ref: str,
    as_of: date | None = None,
    refused: Refused | None = None,
    shown: str | None = None,
) -> Response:
    with reading(request, who) as scope:
        found = record_of(scope, ref, as_of)
        head = client_head(scope, ref)
        choices = choices_of(scope)
    return page(
        request,
        "client/record.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        record=found,
        choices=choices,
        shown=shown,
        types=ENTITY_TYPES,
        states=entity.STATES,
        policies=entity.AI_POLICIES,
        reasoned=lifecycle.REASONED,
        phrases=relations.PHRASES,
        problem=sentence(refused) if refused else None,
    )


def _done(request: Request, who: Asker, ref: str, act: Act, said: str, anchor: str = "") -> Response:
    """Do it and go back to the record; or show the record with the reason why not."""
    try:
        with writing(request, who) as scope:
            made = act(scope)
    except REFUSED as refused:
        return _record(request, who, ref, refused=refused)
    except NotFound as refused:  # a party that is not there; a client that is not there is not found again
        return _record(request, who, ref, refused=refused)
    return redirect(f"/clients/{ref}/record{anchor}", said, **({"act": made} if made else {}))


@router.post("/clients/{ref}/record")
async def change(request: Request, who: Sender, ref: str) -> Response:
    form = await request.form()
    values = _record_values(form)
    if "states" in form:
        values["states"] = _text(form, "states").replace(",", " ").split()
    if "tags" in form:
        values["tags"] = [one for one in _text(form, "tags").split(",") if one.strip()]
    mark = _text(form, "mark")
    return _done(request, who, ref, lambda scope: entity.change_client(scope, ref, values, mark=mark), "record-kept")


@router.post("/clients/{ref}/stage")
def stage(request: Request, who: Sender, ref: str, to: Text, reason: Text = "", mark: Text = "") -> Response:
    def act(scope: Scope) -> str:
        return lifecycle.move(scope, ref, to, reason, mark=mark)

    return _done(request, who, ref, act, "client-moved", "#lifecycle")


@router.post("/clients/{ref}/tax-id/show")
def show_tax_id(request: Request, who: Sender, ref: str) -> Response:
    """The page with the whole number on it, this once; that it was shown is on the trail before it is."""
    try:
        with writing(request, who) as scope:
            whole = entity.see_tax_id(scope, ref)
    except REFUSED as refused:
        return _record(request, who, ref, refused=refused)
    return _record(request, who, ref, shown=whole or "")


@router.post("/clients/{ref}/tax-id")
def set_tax_id(request: Request, who: Sender, ref: str, tax_id: Text = "", was: Text = "") -> Response:
    def act(scope: Scope) -> str:
        entity.set_tax_id(scope, ref, tax_id, was=was)
        return ""

    return _done(request, who, ref, act, "tax-id-kept")


@router.post("/clients/{ref}/contacts")
def add_contact(
    request: Request,
    who: Sender,
    ref: str,
    name: Text = "",
    email: Text = "",
    phone: Text = "",
    title: Text = "",
    is_primary: bool = Form(False),
    known: Text = "",
) -> Response:
    """A new contact, or with `known` (a name or an address) one that is there."""

    def act(scope: Scope) -> str:
        tie = {"title": title, "is_primary": is_primary}
        if known.strip():
            return contacts.link(scope, ref, contacts.find_contact(scope, known).id, tie)
        return contacts.add_contact(scope, ref, {"name": name, "email": email, "phone": phone, **tie})[1]

    return _done(request, who, ref, act, "contact-linked", "#contacts")


@router.post("/clients/{ref}/contacts/{contact_id}")
def change_tie(
    request: Request,
    who: Sender,
    ref: str,
    contact_id: str,
    title: Text = "",
    is_primary: bool = Form(False),
    mark: Text = "",
) -> Response:
    def act(scope: Scope) -> str:
        return contacts.change_tie(scope, ref, contact_id, {"title": title, "is_primary": is_primary}, mark=mark)

    return _done(request, who, ref, act, "contact-kept", "#contacts")


@router.post("/clients/{ref}/contacts/{contact_id}/unlink")
def unlink(request: Request, who: Sender, ref: str, contact_id: str) -> Response:
    return _done(request, who, ref, lambda scope: contacts.unlink(scope, ref, contact_id), "contact-off", "#contacts")


@router.post("/clients/{ref}/owners")
def own(request: Request, who: Sender, ref: str, owner: Text, pct: Text, since: Text = "", note: Text = "") -> Response:
    def act(scope: Scope) -> str:
        return ownership.set_share(scope, ref, owner, pct, day_in(since), note)

    return _done(request, who, ref, act, "share-set", "#owners")


@router.post("/clients/{ref}/relations")
def relate(request: Request, who: Sender, ref: str, phrase: Text, other: Text, note: Text = "") -> Response:
    return _done(request, who, ref, lambda s: relations.relate(s, ref, phrase, other, note)[1], "related", "#relations")


@router.post("/clients/{ref}/relations/{relation_id}/remove")
def unrelate(request: Request, who: Sender, ref: str, relation_id: str) -> Response:
    return _done(request, who, ref, lambda s: relations.unrelate(s, relation_id), "unrelated", "#relations")


@router.get("/groups")
def all_groups(request: Request, who: Who) -> Response:
    return _groups(request, who)


def _groups(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = groups.groups_of(scope), waiting(scope)
    problem = sentence(refused) if refused else None
    status = refused.status if refused else 200
    return page(request, "directory/groups.html", status=status, who=who, waiting=waits, groups=found, problem=problem)


@router.post("/groups")
def make_group(request: Request, who: Sender, name: Text, clients: Text = "") -> Response:
    try:
        with writing(request, who) as scope:
            made, act = groups.make_group(scope, name, clients.replace(",", " ").split())
    except (*REFUSED, NotFound) as refused:
        return _groups(request, who, refused)
    return redirect(f"/groups/{made}", "group-made", act=act)


@router.get("/groups/{group_id}")
def group(request: Request, who: Who, group_id: str) -> Response:
    return _group(request, who, group_id)


def _group(request: Request, who: Asker, group_id: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = groups.group_page(scope, group_id), waiting(scope)
    problem = sentence(refused) if refused else None
    status = refused.status if refused else 200
    return page(request, "directory/group.html", status=status, who=who, waiting=waits, group=found, problem=problem)


@router.post("/groups/{group_id}")
def change_group(
    request: Request, who: Sender, group_id: str, name: Text = "", mark: Text = "", add: Text = "", off: Text = ""
) -> Response:
    """Rename it, or put the client of the ref `add` in, or take that of `off` out."""
    try:
        with writing(request, who) as scope:
            if add.strip():
                act = groups.assign(scope, add.strip(), group_id)
            elif off.strip():
                act = groups.assign(scope, off.strip(), None)
            else:
                act = groups.rename_group(scope, group_id, name, mark=mark)
    except (*REFUSED, NotFound) as refused:
        return _group(request, who, group_id, refused)
    return redirect(f"/groups/{group_id}", "group-changed", **({"act": act} if act else {}))


@router.post("/groups/{group_id}/remove")
def remove_group(request: Request, who: Sender, group_id: str) -> Response:
    try:
        with writing(request, who) as scope:
            act = groups.remove_group(scope, group_id)
    except REFUSED as refused:
        return _group(request, who, group_id, refused)
    return redirect("/groups", "group-gone", act=act)


@router.get("/fields")
def all_fields(request: Request, who: Who) -> Response:
    return _fields(request, who)


def _fields(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = fields.fields_of(scope), waiting(scope)
    problem = sentence(refused) if refused else None
    status = refused.status if refused else 200
    return page(request, "directory/fields.html", status=status, who=who, waiting=waits, fields=found, problem=problem)


@router.post("/fields")
def define(request: Request, who: Sender, of: Text, name: Text, kind: Text, choices: Text = "") -> Response:
    try:
        with writing(request, who) as scope:
            _, act = fields.define(scope, of, name, kind, tuple(choices.split(",")))
    except REFUSED as refused:
        return _fields(request, who, refused)
    return redirect("/fields", "field-made", act=act)


@router.post("/fields/{field_id}/remove")
def remove_field(request: Request, who: Sender, field_id: str) -> Response:
    with writing(request, who) as scope:
        act = fields.remove(scope, field_id)
    return redirect("/fields", "field-gone", act=act)
