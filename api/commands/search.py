"""`tickmark search`: the client's passages, best first."""

from dataclasses import asdict
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from workspace.search import Hit, search


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `query`; `k`: how many at most; `as`: the person who asks, else the operator."""
    with reading(services, "search", arguments.get("as")) as scope:
        hits = search(scope, services.searcher, arguments["client"], arguments["query"], int(arguments.get("k", 10)))
    return Result([_json(hit) for hit in hits], "\n\n".join(map(_text, hits)) or "Nothing found.")


def _json(hit: Hit) -> dict[str, Any]:
    names = ("page", "start", "end", "text", "score")
    return {"document": hit.document_id, "path": hit.path, **{n: asdict(hit)[n] for n in names}}


def _text(hit: Hit) -> str:
    words = " ".join(hit.text.split())
    return f"{hit.path}, page {hit.page}  ({hit.score:.4f})\n  {words[:300]}{'…' if len(words) > 300 else ''}"
