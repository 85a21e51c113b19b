"""`tickmark letters prices|price|propose|show|choose|draft|withdraw|send`: from priced services to a letter out for signature. Sends no
mail: whoever makes links is told them once, and hands them on."""

import re
from email.utils import parseaddr
from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Conflict, Invalid
from workspace.billing.acts import reason_in
from workspace.billing.amounts import as_json
from workspace.letters import proposals, renewals, signing
from workspace.letters.letter import draft_letter
from workspace.letters.proposals import Shown, Wanted
from workspace.letters.services import begin_price_list, price_list, set_service
from workspace.undo import undoable


def prices(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`. What the firm offers, with the short names by which it is proposed; `usual`: put the usual services on the list first."""
    if arguments.get("usual"):
        with writing(services, "letters", arguments.get("as")) as scope, undoable(scope, "The usual services"):
            begin_price_list(scope)
    with reading(services, "letters", arguments.get("as")) as scope:
        found = price_list(scope)
    lines = [f"{one.slug:<20} {one.pricing:<10} {one.price:>12,.2f}  {one.title}" for one in found]
    return Result(as_json(found), "\n".join(lines) or "The price list is empty: `letters prices --usual` begins it.")


def price(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`service`: its short name, `as`; `price`, `title`, `kind` of work, `pricing`, `months`, `covers`: what is not given stays; `offer`:
    None as it is, False: it is not offered any more."""
    slug = arguments["service"].strip().lower()
    with writing(services, "letters", arguments["as"]) as scope, undoable(scope, f"Price of {slug[:60]}") as act:
        old = next((one for one in price_list(scope, ended=True) if one.slug == slug), None)
        given = {name: arguments.get(name) for name in ("title", "kind", "pricing", "price")}
        missing = [f"--{name}" if name != "price" else "DOLLARS" for name, value in given.items() if not value]
        if old is None and missing:
            raise Invalid(f"{slug} is not on the price list: to put it there, say {', '.join(missing)} too")
        before = {"title": old.title, "kind": old.template, "pricing": old.pricing, "price": old.price} if old else {}
        wanted: dict[str, Any] = {name: value or before[name] for name, value in given.items()}
        months, covers, offer = (arguments.get(name) for name in ("months", "covers", "offer"))
        kept = set_service(
            scope,
            slug,
            template=wanted.pop("kind"),
            months=months if months is not None or old is None else old.months,
            covers=covers if covers is not None else old.scope if old is not None else "",
            active=offer if offer is not None else old.active if old is not None else True,
            **wanted,
        )
    state = "" if kept.active else ", not offered any more"
    said = (
        f"{kept.slug}: {kept.title}, {kept.price:,.2f} {kept.pricing}{state}. Proposals made before keep their price."
    )
    return Result(as_json(kept) | {"act": act.id or None}, said)


def propose(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `services` as SERVICE[:PRICE[:QUANTITY[:OPTION]]], `start`, `end`, `as`; `title`, `note`."""
    client, wanted = arguments["client"], [_wanted(one) for one in arguments["services"]]
    start, end = day_of(arguments, "start"), day_of(arguments, "end")
    if start is None or end is None:
        raise Invalid("say for which term: --start and --end")
    with writing(services, "letters", arguments["as"]) as scope, undoable(scope, f"Proposal for {client}") as act:
        words = {name: arguments.get(name) or "" for name in ("title", "note")}
        key = proposals.propose(scope, client, wanted, start=start, end=end, **words)
        shown = proposals.show_proposal(scope, key)
    return Result(as_json(shown) | {"act": act.id or None}, _told(shown))


def _wanted(said: str) -> Wanted:
    service, price, quantity, option, *more = [*said.split(":"), "", "", ""]
    if not service or any(more):
        raise Invalid(f"{said!r} is no line: write SERVICE, or SERVICE:PRICE:QUANTITY:OPTION with empty parts left out")
    return Wanted(service.strip(), price.strip() or None, quantity.strip() or "1", option.strip())


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`proposal`: its id; `as`."""
    with reading(services, "letters", arguments.get("as")) as scope:
        shown = proposals.show_proposal(scope, arguments["proposal"])
    return Result(as_json(shown), _told(shown))


def _told(one: Shown) -> str:
    lines = [f"{one.id}  {one.client_ref}  {one.state}  {one.client}: {one.title}, {one.start} to {one.end}"]
    lines += [f"  {row.amount:>12,.2f}  {row.title}{f', {row.option}' if row.option else ''}" for row in one.lines]
    lines += [
        f"  {total.amount:>12,.2f}  together{f', {total.option}' if total.option else ''}" for total in one.totals
    ]
    return "\n".join([*lines, f"  letter {one.deliverable_id}"] if one.deliverable_id else lines)


def choose(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`proposal`, `option`, `as`."""
    key = arguments["proposal"]
    with writing(services, "letters", arguments["as"]) as scope, undoable(scope, "Option of a proposal") as act:
        proposals.choose(scope, key, arguments["option"])
    return Result({"id": key, "act": act.id or None}, f"The client takes {arguments['option']}.")


def draft(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`proposal`, `as`. Its engagement letter, filed for review."""
    with writing(services, "letters", arguments["as"]) as scope:
        filed = draft_letter(scope, arguments["proposal"], services.home / "templates")
    return Result({"deliverable": filed}, f"Filed for review: {filed}. It leaves the firm by a partner's release only.")


def withdraw(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`proposal`, `reason`, `as`. Fails where the letter is released or decided."""
    with writing(services, "letters", arguments["as"]) as scope:
        row = proposals.access_proposal(scope, arguments["proposal"])
        if row.state == "withdrawn":
            raise Conflict("this proposal is withdrawn already")
        gone = renewals.withdraw(scope, row, reason_in(arguments["reason"]))
    return Result({"withdrawn": gone}, "Withdrawn." if gone else "It stands: its letter left, or is decided.", not gone)


def send(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`letter`: the deliverable's id, `signers`: names, each with <address> or without, in order; `as`. A link for each, told once."""
    named = [_signer(one) for one in arguments["signers"]]
    with writing(services, "letters", arguments["as"]) as scope:
        links = signing.send_out(scope, services.blobs, arguments["letter"], named)
    settings = services.settings
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    told = [
        {"signer": one.signer_id, "name": one.name, "email": one.email, "until": one.until.isoformat()}
        | {"url": f"{base}/sign/{one.secret}"}
        for one in links
    ]
    lines = [f"{one.name}: {base}/sign/{one.secret} until {one.until.date()}" for one in links]
    return Result(told, "\n".join([*lines, "Shown once, and sent to nobody: hand each on to its signer."]))


def _signer(said: str) -> tuple[str, str | None]:
    name, address = parseaddr(said)
    if not re.search(r"<.*>", said):
        return said.strip(), None
    return name, address or None
