"""Who stands in the records twice, perhaps: the same address, the same taxpayer id, a name that is nearly the same. Only proposes.

Looks at what the asker sees and nothing else: no client behind a wall is ever compared.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from sqlalchemy import select

from store.tables import Client, Contact
from workspace.directory.apart import apart
from workspace.directory.contacts import seen_contacts
from workspace.directory.lifecycle import MERGED
from workspace.scope import Right, Scope

ALIKE = 0.86
_LEGAL = {
    "inc",
    "llc",
    "llp",
    "corp",
    "corporation",
    "company",
    "co",
    "ltd",
    "pc",
    "pllc",
    "the",
    "and",
    "of",
    "dr",
    "mr",
    "mrs",
    "ms",
}
MOST = 200  # what a person works through
_CROWD = 40  # a word that more names share says nothing


@dataclass(frozen=True)
class Candidate:
    """Two that may be one: `a` and `b` are (id or ref, name, what tells them apart), `why` says what they share, `certain` whether it is
    more than a name."""

    a: tuple[str, str, str]
    b: tuple[str, str, str]
    why: str
    certain: bool


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from others, in order: no punctuation, no legal form."""
    words = re.findall(r"[a-z0-9]+", name.lower().replace("'", "").replace("’", ""))
    return tuple(word for word in words if word not in _LEGAL) or tuple(words)


def alike(one: str, other: str) -> float:
    """How alike two names are, 0 to 1, whatever the order of their words."""
    first, second = sorted(words_of(one)), sorted(words_of(other))
    return SequenceMatcher(None, " ".join(first), " ".join(second)).ratio()


def client_candidates(scope: Scope) -> tuple[Candidate, ...]:
    """Clients that may be one, the certain first, at most MOST, but for pairs that somebody found to be two; two queries."""
    scope.require(Right.CLIENT_MERGE)
    query = select(Client.ref, Client.name, Client.tax_id, Client.id).where(
        Client.id.in_(scope.clients()), Client.status != MERGED
    )
    rows = scope.session.execute(query.order_by(Client.ref)).tuples().all()
    names, refs = {ref: (name, ref) for ref, name, *_ in rows}, {row_id: ref for ref, *_, row_id in rows}
    digits = [(ref, "".join(c for c in tax or "" if c.isdigit())) for ref, _, tax, _ in rows]
    two = {(refs[one], refs[other]) for one, other in apart(scope, "client") if one in refs and other in refs}
    return _paired(names, [("the same taxpayer id", [(ref, key) for ref, key in digits if len(key) == 9])], two)


def contact_candidates(scope: Scope) -> tuple[Candidate, ...]:
    """Contacts that may be one, the certain first, at most MOST, but for pairs that somebody found to be two; two queries."""
    scope.require(Right.CLIENT_MERGE)
    query = select(Contact.id, Contact.name, Contact.email, Contact.phone).where(Contact.id.in_(seen_contacts(scope)))
    rows = scope.session.execute(query.order_by(Contact.name, Contact.id)).tuples().all()
    names = {identity: (name, email or phone or "no address") for identity, name, email, phone in rows}
    mails = [(identity, email.lower()) for identity, _, email, _ in rows if email]
    phones = [(identity, "".join(c for c in phone or "" if c.isdigit())) for identity, _, _, phone in rows]
    keyed = [("the same address", mails), ("the same phone", [(i, key) for i, key in phones if len(key) >= 7])]
    return _paired(names, keyed, apart(scope, "contact"))


def _paired(
    names: dict[str, tuple[str, str]], keyed: list[tuple[str, list[tuple[str, str]]]], two: set[tuple[str, str]]
) -> tuple[Candidate, ...]:
    """Pairs that share a key or a name, but for those that are known to be `two`, in whatever order."""
    why: dict[tuple[str, str], tuple[str, bool]] = {}
    for reason, keys in keyed:
        for pair in _sharing(keys):
            if reason != "the same phone" or alike(names[pair[0]][0], names[pair[1]][0]) >= ALIKE:
                why.setdefault(pair, (reason, True))
    shared = [
        (identity, word) for identity, (name, _) in names.items() for word in set(words_of(name)) if len(word) > 2
    ]
    for one, other in _sharing(shared, _CROWD):
        if (one, other) not in why and alike(names[one][0], names[other][0]) >= ALIKE:
            same = words_of(names[one][0]) == words_of(names[other][0])
            why[one, other] = ("the same name" if same else "nearly the same name", False)
    found = [
        Candidate((a, *names[a]), (b, *names[b]), *said)
        for (a, b), said in why.items()
        if (a, b) not in two and (b, a) not in two
    ]
    return tuple(sorted(found, key=lambda one: (not one.certain, one.why != "the same name", one.a[1], one.b[1])))[
        :MOST
    ]


def _sharing(keys: Iterable[tuple[str, Hashable]], crowd: int = 1_000) -> set[tuple[str, str]]:
    """The pairs that share a key, smaller name first."""
    by_key: dict[Hashable, set[str]] = defaultdict(set)
    for identity, key in keys:
        by_key[key].add(identity)
    return {pair for members in by_key.values() if len(members) <= crowd for pair in combinations(sorted(members), 2)}
