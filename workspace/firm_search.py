"""Search over all clients that the asker may see: their names, their records, the passages of their documents.

Its front door is `firm_search`. Nothing of a client outside the scope comes in, not as a count and not as the weight of a word: every
query carries the scope, and ranks are made of what it let through. Never opens a client's vector collection, never writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workspace.firm_search_clients import ClientHit, clients_named
from workspace.firm_search_passages import FirmHit, passages_of_all
from workspace.firm_search_records import RecordHit, records_with
from workspace.firm_search_words import words_of
from workspace.scope import Right, Scope
from workspace.search import Searcher

_MOST_CLIENTS = 8
_LONGEST = 300


@dataclass(frozen=True)
class Found:
    """What fits, the best first in each."""

    clients: Sequence[ClientHit] = ()
    records: Sequence[RecordHit] = ()
    passages: Sequence[FirmHit] = ()


def firm_search(scope: Scope, engine: Searcher, query: str, k: int = 12) -> Found:
    """At most k passages, and the clients and records whose words or names fit; at most fifteen queries. Raises Forbidden for a person
    who may read no client."""
    scope.require(Right.CLIENT_READ)
    asked = " ".join(query.split())[:_LONGEST]
    words = words_of(asked)
    if not words:
        return Found()
    return Found(
        clients=tuple(clients_named(scope, asked)[:_MOST_CLIENTS]),
        records=tuple(records_with(scope, words)),
        passages=tuple(passages_of_all(scope, engine, asked, words, k)),
    )
