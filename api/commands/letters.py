"""`tickmark letters list|renew` and `tickmark setup`; what becomes of a proposal is in proposals.py."""

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of
from api.wiring import Services
from workspace.billing.amounts import as_json
from workspace.letters import lists, renewals, signing
from workspace.onboarding import firm
from workspace.scope import access_client, system_scope


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: only this one; `as`: whose eyes."""
    with reading(services, "letters", arguments.get("as")) as scope:
        if arguments.get("client"):
            access_client(scope, arguments["client"])
        found = lists.proposals(scope, client_ref=arguments.get("client"))
        out = signing.signings(scope, client_ref=arguments.get("client"))
    lines = [
        f"{one.id}  {one.client_ref}  {one.state:<9} {one.most:>12,.2f}  {one.client}: {one.title}" for one in found
    ]
    for one in out:
        lines.append(f"{one.id}  {one.client_ref}  {one.state:<9} {one.client}: {one.title}")
        lines += [f"    {who.name}: {who.state}" for who in one.signers]
    return Result(
        {"proposals": as_json(found), "signings": as_json(out)}, "\n".join(lines) or "No proposals, no letters out."
    )


def renew(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`clients`: refs, none for all active; `percent`; `step`: 1 or 5; `draft`: file them for review; `undo`: a batch to take back."""
    if arguments.get("undo"):
        with services.database.writing() as session:
            taken = renewals.take_back(scope_of(services, session, "letters", arguments["as"]), arguments["undo"])
        return Result({"taken_back": taken}, f"{_letters(taken)} taken back.")
    percent = renewals.percent_in(arguments["percent"])
    refs = list(arguments["clients"]) or None
    with reading(services, "letters", arguments["as"]) as scope:
        found = renewals.preview(scope, refs, percent, arguments["step"])
    lines = [
        f"{one.client_ref}  {one.was:>12,.2f} → {one.total:>12,.2f}  {one.client}{f' ({one.there})' if one.there else ''}"
        for one in found
    ]
    if not arguments["draft"]:
        return Result({"preview": as_json(found)}, "\n".join([*lines, "Nothing was drafted: add --draft."]))
    wanted = [one.client_ref for one in found if not one.there]
    batch, filed = None, list[str]()
    if wanted:
        with services.database.writing() as session:
            scope = scope_of(services, session, "letters", arguments["as"])
            own = services.home / "templates"
            batch, filed = renewals.draft_renewals(scope, wanted, percent, arguments["step"], own)
    said = f"{_letters(len(filed))} drafted for review" + (f"; `--undo {batch}` takes them back." if batch else ".")
    return Result({"batch": batch, "deliverables": filed}, "\n".join([*lines, said]))


def _letters(number: int) -> str:
    return "1 letter" if number == 1 else f"{number} letters"


def setup(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`name`, `timezone`, `fiscal_year_end` of the firm; `email`, `person`, `role` of a person to add. Without any: how it stands."""
    with services.database.writing() as session:
        now, today = services.clock.now(), services.clock.today()
        scope = system_scope(session, "setup", now=now, today=today)
        if arguments.get("name"):
            firm.set_firm(scope, arguments["name"], arguments["timezone"], arguments["fiscal_year_end"])
        if arguments.get("email"):
            firm.add_person(scope, arguments["email"], arguments.get("person") or "", arguments["role"])
        firm.stop_clock(scope)
        found = firm.setup_of(scope)
    lines = [
        f"{'done   ' if one.done else 'missing'}  {one.title}: {one.there if one.done else one.missing}"
        for one in found.steps
    ]
    hints = {
        "firm": "tickmark setup --name NAME --timezone ZONE",
        "staff": "tickmark setup --email ADDRESS --person NAME, then tickmark person set-password ADDRESS",
        "clients": "tickmark load FOLDER, or /setup in the browser (tickmark serve)",
        "prices": "tickmark letters prices --usual --as ADDRESS, then your own prices at /letters/prices in the browser",
        "scan": "tickmark scan",
    }
    lines.append(f"Next: {hints[found.next]}" if found.next else "The firm is set up.")
    return Result({**as_json(found), "done": found.done, "next": found.next}, "\n".join(lines))
