"""`tickmark search`: one client's passages, best first; or what fits among all clients."""

from dataclasses import asdict
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from workspace.firm_search import Found, firm_search
from workspace.search import Hit, only, search

WORDS_ALONE = (
    "Found by its words alone: this client's passages may not go to the server for embeddings (tickmark doctor)."
)
_SHOWN = 300


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `query`; `k`: how many at most; `kinds`, `period`, `engagement` narrow; `as`: the person who asks, else the
    operator."""
    ref = arguments["client"]
    narrow = {name: arguments.get(name) for name in ("period", "engagement")}
    with reading(services, "search", arguments.get("as")) as scope:
        narrowed = only(scope, ref, kinds=arguments.get("kinds") or (), **narrow)
        hits = search(scope, services.searcher, ref, arguments["query"], int(arguments.get("k", 10)), only=narrowed)
        note = (WORDS_ALONE,) if services.searcher.words_alone(scope, ref) else ()
        if away := services.searcher.away(scope, ref):
            note = (f"Found by its words alone: {away}.",)
    return Result([as_json(hit) for hit in hits], "\n\n".join([*map(_text, hits), *note]) or "Nothing found.")


def everywhere(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`query`, `k`, `as`: over all clients that the asker may see."""
    with reading(services, "search", arguments.get("as")) as scope:
        found = firm_search(scope, services.searcher, arguments["query"], int(arguments.get("k", 10)))
    return Result(all_as_json(found), _all_text(found) or "Nothing found.")


def as_json(hit: Hit) -> dict[str, Any]:
    """A hit as the contract has it, with what its document and its page are."""
    names = ("path", "kind", "page", "role", "start", "end", "text", "score")
    return {"document": hit.document_id, **{name: getattr(hit, name) for name in names}}


def all_as_json(found: Found) -> dict[str, Any]:
    """What was found among all clients, as plain values."""
    return {
        "clients": [asdict(one) for one in found.clients],
        "records": [asdict(one) for one in found.records],
        "passages": [
            {"client_ref": one.client_ref, "client": one.client, **as_json(one.hit)} for one in found.passages
        ],
    }


def _text(hit: Hit) -> str:
    words = " ".join(hit.text.split())
    role = f", {hit.role}" if hit.role else ""
    return (
        f"{hit.path}, page {hit.page}{role}  ({hit.score:.4f})\n  {words[:_SHOWN]}{'…' if len(words) > _SHOWN else ''}"
    )


def _all_text(found: Found) -> str:
    clients = [f"{one.ref}  {one.name}" for one in found.clients]
    records = [
        "  ".join(part for part in (one.client_ref, one.kind, one.title, one.note, one.day) if part)
        for one in found.records
    ]
    passages = [f"{one.client_ref}  {one.client}: {_text(one.hit)}" for one in found.passages]
    parts = (("Clients", "\n".join(clients)), ("Records", "\n".join(records)), ("Passages", "\n\n".join(passages)))
    return "\n\n".join(f"{title}\n{lines}" for title, lines in parts if lines)
