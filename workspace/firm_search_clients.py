"""Clients by name, ref and the end of a tax id, also when the name is not written quite right. One query; nothing of other clients."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.tables import Client
from workspace.scope import Right, Scope
from workspace.search.words import _plain as plain  # the one way words are compared

_FITS = 0.55
_TAX_ID_DIGITS = 4


@dataclass(frozen=True)
class ClientHit:
    """A client that is meant. `by`: name, ref or tax id; `score` 1 is as written."""

    ref: str
    name: str
    entity_type: str
    status: str
    by: str
    score: float


def clients_named(scope: Scope, asked: str) -> Sequence[ClientHit]:
    """The asker's clients that a name, a ref or the last four digits of a tax id mean, the best first. Digits count only for who may
    write a client's record."""
    rows = scope.session.execute(
        select(Client.ref, Client.name, Client.entity_type, Client.status, Client.tax_id).where(
            Client.id.in_(scope.clients())
        )
    ).tuples()
    digits = asked if asked.isdigit() and len(asked) == _TAX_ID_DIGITS and scope.has(Right.CLIENT_WRITE) else None
    words = [_grams(word) for word in plain(asked).split()]
    found = [hit for row in rows if (hit := _hit(row, asked, words, digits))]
    return sorted(found, key=lambda hit: (-hit.score, hit.name, hit.ref))


def _hit(
    row: tuple[str, str, str, str, str | None], asked: str, words: Sequence[frozenset[str]], digits: str | None
) -> ClientHit | None:
    ref, name, entity_type, status, tax_id = row
    if ref.lower() == asked.lower():
        return ClientHit(ref, name, entity_type, status, "ref", 1.0)
    if digits and "".join(c for c in tax_id or "" if c.isdigit()).endswith(digits):
        return ClientHit(ref, name, entity_type, status, "tax id", 1.0)
    fit = _fit(words, [_grams(word) for word in plain(name).split()])
    return ClientHit(ref, name, entity_type, status, "name", round(fit, 3)) if fit >= _FITS else None


def _fit(asked: Sequence[frozenset[str]], name: Sequence[frozenset[str]]) -> float:
    """How well each asked word fits its best word of the name, the worst of them: every word that was written must be meant."""
    return min((max((_alike(word, other) for other in name), default=0.0) for word in asked), default=0.0)


def _grams(word: str) -> frozenset[str]:
    """The pairs of letters of a word, its beginning counted as one; letters and digits only."""
    letters = "^" + "".join(c for c in word if c.isalnum())
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _alike(asked: frozenset[str], other: frozenset[str]) -> float:
    """1 for the same word; a beginning counts nearly as much as the whole (a person stops typing when it is plain)."""
    if not asked or not other:
        return 0.0
    shared = len(asked & other)
    return max(2 * shared / (len(asked) + len(other)), 0.95 * shared / len(asked) if shared >= 3 else 0.0)
