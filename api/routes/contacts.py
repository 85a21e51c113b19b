"""Contacts in the browser: the list, one with all its clients and relations, merging those that stand twice."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.directory import contacts, fields, relations
from workspace.directory.apart import keep_apart
from workspace.directory.candidates import contact_candidates
from workspace.directory.merge_contacts import merge_contacts, review
from workspace.pages.head import waiting
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
Text = Annotated[str, Form(max_length=600)]


@router.get("/contacts")
def everybody(request: Request, who: Who, q: str = "", number: str = "1") -> Response:
    return _list(request, who, q[:200], int(number) if number.isdecimal() and len(number) < 6 else 1)


def _list(request: Request, who: Asker, q: str = "", number: int = 1, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, count = contacts.contacts_list(scope, q, page=number)
        waits = waiting(scope)
    return page(
        request,
        "directory/contacts.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        contacts=found,
        count=count,
        q=q,
        number=number,
        at_once=contacts.AT_ONCE,
        problem=sentence(refused) if refused else None,
    )


@router.post("/contacts")
def add(
    request: Request, who: Sender, client: Text, name: Text, email: Text = "", phone: Text = "", title: Text = ""
) -> Response:
    """A new contact at the client of that ref or name."""
    try:
        with writing(request, who) as scope:
            party = relations.find_party(scope, client)
            if party.of != "client":
                raise Invalid(f"{party.name} is a contact; name the client, by its ref or whole name")
            values = {"name": name, "email": email, "phone": phone, "title": title}
            made, act = contacts.add_contact(scope, party.ref, values)
    except REFUSED as refused:
        return _list(request, who, refused=refused)
    return redirect(f"/contacts/{made}", "contact-linked", act=act)


@router.get("/contacts/merge")
def merge_page(request: Request, who: Who, kept: str = "", gone: str = "") -> Response:
    """The candidates; with two named, the two side by side."""
    return _merge(request, who, kept, gone)


def _merge(request: Request, who: Asker, kept: str, gone: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.CLIENT_MERGE)
        waits = waiting(scope)
        try:
            seen = review(scope, kept, gone) if kept and gone else None
        except REFUSED as nothing:
            seen, refused = None, nothing
        found = contact_candidates(scope) if seen is None else ()
    return page(
        request,
        "directory/merge_contacts.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        seen=seen,
        found=found,
        problem=sentence(refused) if refused else None,
    )


@router.post("/contacts/merge")
async def merge(request: Request, who: Sender) -> Response:
    form = {name: str(value)[:600] for name, value in (await request.form()).items()}
    kept, gone = form.get("kept", ""), form.get("gone", "")
    take = {name.removeprefix("take:"): value for name, value in form.items() if name.startswith("take:")}
    marks = (form.get("kept_mark", ""), form.get("gone_mark", ""))
    try:
        with writing(request, who) as scope:
            act = merge_contacts(scope, kept, gone, take, marks=marks)
    except REFUSED as refused:
        return _merge(request, who, kept, gone, refused)
    return redirect(f"/contacts/{kept}", "contacts-merged", act=act)


@router.post("/contacts/merge/apart")
def two(
    request: Request, who: Sender, one: Annotated[str, Form(max_length=60)], other: Annotated[str, Form(max_length=60)]
) -> Response:
    """The two are not one, and not proposed again."""
    try:
        with writing(request, who) as scope:
            act = keep_apart(scope, "contact", one, other)
    except REFUSED as refused:
        return _merge(request, who, "", "", refused)
    return redirect("/contacts/merge", "pair-apart", act=act)


@router.get("/contacts/{contact_id}")
def one(request: Request, who: Who, contact_id: str) -> Response:
    return _one(request, who, contact_id)


def _one(request: Request, who: Asker, contact_id: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        card = contacts.contact_card(scope, contact_id)
        related = relations.relations_of(scope, "contact", contact_id)
        own, waits = fields.fields_of(scope, "contact"), waiting(scope)
    return page(
        request,
        "directory/contact.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        card=card,
        related=related,
        fields=own,
        phrases=relations.PHRASES,
        problem=sentence(refused) if refused else None,
    )


@router.post("/contacts/{contact_id}")
async def change(request: Request, who: Sender, contact_id: str) -> Response:
    form = {name: str(value)[:600] for name, value in (await request.form()).items()}
    values: dict[str, object] = {name: form[name] for name in ("name", "email", "phone") if name in form}
    custom = {name.removeprefix("custom:"): value for name, value in form.items() if name.startswith("custom:")}
    if custom:
        values["custom"] = custom
    try:
        with writing(request, who) as scope:
            act = contacts.change_contact(scope, contact_id, values, mark=form.get("mark"))
    except (Conflict, Forbidden, Invalid) as refused:
        return _one(request, who, contact_id, refused)
    return redirect(f"/contacts/{contact_id}", "contact-kept", **({"act": act} if act else {}))


@router.post("/contacts/{contact_id}/clients")
def link(
    request: Request, who: Sender, contact_id: str, client: Text, title: Text = "", is_primary: bool = Form(False)
) -> Response:
    """Tie the contact to one more client, named by its ref or whole name."""
    try:
        with writing(request, who) as scope:
            party = relations.find_party(scope, client)
            if party.of != "client":
                raise Invalid(f"{party.name} is a contact; name the client, by its ref or whole name")
            act = contacts.link(scope, party.ref, contact_id, {"title": title, "is_primary": is_primary})
    except REFUSED as refused:
        return _one(request, who, contact_id, refused)
    return redirect(f"/contacts/{contact_id}", "contact-linked", act=act)


@router.post("/contacts/{contact_id}/clients/{ref}/unlink")
def unlink(request: Request, who: Sender, contact_id: str, ref: str) -> Response:
    try:
        with writing(request, who) as scope:
            act = contacts.unlink(scope, ref, contact_id)
    except (Conflict, Forbidden) as refused:
        return _one(request, who, contact_id, refused)
    return redirect("/contacts", "contact-off", act=act)


@router.post("/contacts/{contact_id}/relations")
def relate(request: Request, who: Sender, contact_id: str, phrase: Text, other: Text, note: Text = "") -> Response:
    try:
        with writing(request, who) as scope:
            _, act = relations.relate(scope, contact_id, phrase, other, note)
    except REFUSED as refused:
        return _one(request, who, contact_id, refused)
    return redirect(f"/contacts/{contact_id}", "related", act=act)


@router.post("/contacts/{contact_id}/relations/{relation_id}/remove")
def unrelate(request: Request, who: Sender, contact_id: str, relation_id: str) -> Response:
    with writing(request, who) as scope:
        act = relations.unrelate(scope, relation_id)
    return redirect(f"/contacts/{contact_id}", "unrelated", act=act)
