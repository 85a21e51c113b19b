"""A contradiction as its page shows it: the signal with its decisions, and since when the record says what it says."""

from collections.abc import Mapping
from dataclasses import dataclass

from store.errors import NotFound
from store.tables import Client
from workspace.decisions import signal_row
from workspace.pages.signals import Kept, signals_of
from workspace.record_history import newest_words
from workspace.scope import Scope


@dataclass(frozen=True)
class Contradicted:
    """The signal with its decisions; `since` says by record and field since when and by what the record says so."""

    kept: Kept
    since: Mapping[tuple[str, str], str]


def contradiction_of(scope: Scope, key: str) -> Contradicted:
    """A contradiction of the client's last scan, settled or not; six queries. Raises NotFound outside the scope."""
    row = signal_row(scope, key)
    client = scope.session.get_one(Client, row.client_id)
    kept = next((one for one in signals_of(scope, client.ref) if one.raised.key == key), None)
    if kept is None:
        raise NotFound(f"the last scan does not find the contradiction {key} any more")
    return Contradicted(kept, since_of(scope, client.id, (kept,)))


def since_of(scope: Scope, client_id: str, kept: tuple[Kept, ...]) -> Mapping[tuple[str, str], str]:
    """Since when the records say what contradictions are about; two queries where there are any, else none."""
    return newest_words(scope, client_id) if any(one.raised.sides for one in kept) else {}
