"""`tickmark client` and `tickmark contact`: list, show, set, move, merge. Who writes is named by `as`: an act is somebody's."""

from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.merging import search_again, while_nobody_reads
from api.wiring import Services
from store.errors import Invalid
from workspace.billing.amounts import as_json
from workspace.directory import contacts, entity, filters, lifecycle
from workspace.directory.apart import keep_apart
from workspace.directory.candidates import client_candidates, contact_candidates
from workspace.directory.counted import all_in_words
from workspace.directory.merge_clients import merge_clients, review_clients
from workspace.directory.merge_contacts import merge_contacts
from workspace.directory.record import record_of
from workspace.pages.clients import clients_list


def clients(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`filter`: parts as name=value; `as`: whose eyes."""
    query = filters.cleaned(pairs(arguments.get("filter") or []))
    with reading(services, "client", arguments.get("as")) as scope:
        found = filters.matching(clients_list(scope), query)
    data = [
        {
            "ref": c.ref,
            "name": c.name,
            "entity_type": c.entity_type,
            "status": c.status,
            "group": c.group,
            "tags": list(c.tags),
        }
        for c in found
    ]
    lines = [f"{c.ref:8} {c.name}  {c.entity_type}, {c.status}" + "".join(f" #{tag}" for tag in c.tags) for c in found]
    return Result(data, "\n".join(lines) or "No client answers to this.")


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`ref`, `as`. The taxpayer id is covered."""
    with reading(services, "client", arguments.get("as")) as scope:
        record = record_of(scope, arguments["ref"])
    plain = (
        "ref",
        "name",
        "entity_type",
        "status",
        "group",
        "partner",
        "manager",
        "tax_id",
        "state",
        "fiscal_year_end",
        "since",
    )
    lines = [f"{name.replace('_', ' ')}: {getattr(record, name) or '–'}" for name in plain]
    lines += [f"{name}: {value}" for name, value in record.custom.items()]
    lines += [f"tags: {', '.join(record.tags)}"] if record.tags else []
    lines += [f"contact: {c.name}" + (f", {c.title}" if c.title else "") + f"  [{c.id}]" for c in record.contacts]
    lines += [f"owner: {s.owner.name}, {s.pct.normalize():f} %" for s in record.held]
    lines += [f"{one.words} {one.other.name}" for one in record.relations]
    return Result(as_json(record), "\n".join(lines))


def change(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`ref`, `set`: parts as field=value (custom fields by their names), `as`."""
    given = pairs(arguments["set"])
    values: dict[str, Any] = {name: value for name, value in given.items() if name in entity.FIELDS}
    if "states" in given:
        values["states"] = given["states"].replace(",", " ").split()
    if "tags" in given:
        values["tags"] = [one for one in given["tags"].split(",") if one.strip()]
    rest = {name: value for name, value in given.items() if name not in (*entity.FIELDS, "states", "tags")}
    with writing(services, "client", arguments["as"]) as scope:
        act = entity.change_client(scope, arguments["ref"], values | ({"custom": rest} if rest else {}))
    return Result({"ref": arguments["ref"], "act": act}, "Kept." if act else "Nothing was changed.")


def add(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`name`, `entity_type`, `set`: parts as field=value, `as`."""
    given = {"name": arguments["name"], "entity_type": arguments["entity_type"], **pairs(arguments.get("set") or [])}
    with writing(services, "client", arguments["as"]) as scope:
        ref, act = entity.create_client(scope, given)
    return Result({"ref": ref, "act": act}, f"Made: {ref}")


def move(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`ref`, `to`, `reason`, `as`."""
    with writing(services, "client", arguments["as"]) as scope:
        act = lifecycle.move(scope, arguments["ref"], arguments["to"], arguments.get("reason") or "")
    return Result({"status": arguments["to"], "act": act}, f"{arguments['ref']} is {arguments['to']}.")


def merge(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`of`: client or contact; `kept`, `gone`, `as`; `preview` (of clients): only tell what would go where, and why it cannot be done."""
    kept, gone = arguments["kept"], arguments["gone"]
    if arguments.get("preview") and arguments["of"] == "client":
        return _previewed(services, kept, gone, arguments["as"])
    if arguments["of"] == "contact":
        with writing(services, "client", arguments["as"]) as scope:
            act = merge_contacts(scope, kept, gone)
    else:
        with while_nobody_reads(services), writing(services, "client", arguments["as"]) as scope:
            act = merge_clients(scope, kept, gone)
        search_again(services, (kept, gone), progress, later=False)
    return Result({"kept": arguments["kept"], "act": act}, f"Merged into {arguments['kept']}.")


def _previewed(services: Services, kept: str, gone: str, email: str) -> Result:
    with reading(services, "client", email) as scope:
        seen = review_clients(scope, kept, gone)
        differs = [{"field": n, "kept": as_json(a), "gone": as_json(b)} for n, a, b in seen.rows]
    data = {"differs": differs, "moves": dict(seen.moves), "stays": dict(seen.stays), "reasons": list(seen.reasons)}
    lines = [f"It cannot be done: {one}" for one in seen.reasons]
    for word, counts in (("Goes over", seen.moves), ("Stays behind", seen.stays)):
        lines.append(f"{word}: {all_in_words(counts)}")
    return Result(data, "\n".join(lines), failed=bool(seen.reasons))


def duplicates(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`of`: client or contact; `as`."""
    with reading(services, "client", arguments["as"]) as scope:
        found = client_candidates(scope) if arguments["of"] == "client" else contact_candidates(scope)
    data = [{"a": list(one.a), "b": list(one.b), "why": one.why, "certain": one.certain} for one in found]
    lines = [f"{one.a[1]} [{one.a[0]}] and {one.b[1]} [{one.b[0]}]: {one.why}" for one in found]
    return Result(data, "\n".join(lines) or "Nobody seems to stand twice.")


def two(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`of`: client or contact; `one`, `other`: refs, or ids of contacts, which are not one; `as`."""
    one, other = arguments["one"], arguments["other"]
    with writing(services, "client", arguments["as"]) as scope:
        act = keep_apart(scope, arguments["of"], one, other)
    return Result(
        {"one": one, "other": other, "act": act}, f"Noted: {one} and {other} are two, and not proposed again."
    )


def people(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`words`, `as`: the first hundred by name."""
    with reading(services, "contact", arguments.get("as")) as scope:
        found, count = contacts.contacts_list(scope, arguments.get("words") or "")
    lines = [
        f"{c.name}  {c.email or c.phone or 'no address'}  {', '.join(t.client_ref for t in c.ties)}  [{c.id}]"
        for c in found
    ]
    more = [f"and {count - len(found)} more: say more words"] if count > len(found) else []
    return Result(as_json(list(found)), "\n".join(lines + more) or "Nobody answers to this.")


def person(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`contact`: an id, an address or a whole name; `as`."""
    with reading(services, "contact", arguments.get("as")) as scope:
        card = contacts.contact_card(scope, contacts.find_contact(scope, arguments["contact"]).id)
    lines = [card.name, *(one for one in (card.email, card.phone) if one)]
    lines += [f"{t.client_ref} {t.client}" + (f", {t.title}" if t.title else "") for t in card.ties]
    return Result(as_json(card), "\n".join(lines))


def change_person(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`contact`, `set`: parts as field=value, `as`."""
    given = pairs(arguments["set"])
    values: dict[str, Any] = {name: given.pop(name) for name in ("name", "email", "phone") if name in given}
    with writing(services, "contact", arguments["as"]) as scope:
        identity = contacts.find_contact(scope, arguments["contact"]).id
        act = contacts.change_contact(scope, identity, values | ({"custom": given} if given else {}))
    return Result({"id": identity, "act": act}, "Kept." if act else "Nothing was changed.")


def pairs(parts: list[str]) -> dict[str, str]:
    """What was written as name=value. Raises Invalid for what was not."""
    wrong = [part for part in parts if "=" not in part]
    if wrong:
        raise Invalid(f"write {wrong[0]!r} as field=value")
    return {name.strip(): value for name, _, value in (part.partition("=") for part in parts)}
