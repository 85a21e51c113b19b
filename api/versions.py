"""Versions among what was read: candidates from the records, judged by the rule, linked in the records. Decides nothing itself."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from itertools import groupby

from ingestion.versions import Pair, Paper, could_be, groups, judge
from workspace.intake.versions import Comparable, Found, comparable, decided, link_versions, words_of
from workspace.scope import Scope

_BACK = 8  # how many earlier ones a document is held against: a folder of a hundred scans is no chain

Begin = Callable[[], AbstractContextManager[Scope]]


def find_versions(reading: Begin, writing: Begin, client_ids: Collection[str] | None = None) -> int:
    """Link what is a later version of a document, among these clients' documents or all; returns how many links are new."""
    with reading() as scope:
        known = decided(scope, client_ids)
        found: list[Pair] = []
        for _, documents in groupby(comparable(scope, client_ids), key=lambda one: one.client_id):
            for group in groups([_paper(one) for one in documents]):
                found += _chain(scope, group, known)
    new = [Found(pair.earlier, pair.later, pair.similarity, pair.rule) for pair in found]
    if not new:
        return 0
    with writing() as scope:
        return link_versions(scope, new)


def _paper(one: Comparable) -> Paper:
    return Paper(one.id, one.path, one.kind, one.media_type, order=one.received_at.isoformat())


def _chain(scope: Scope, group: list[Paper], known: dict[tuple[str, str], str]) -> Iterator[Pair]:
    """Each paper of a group held against those before it, the nearest first; each has one that comes after it."""
    pairs = [
        (group[back], later) for at, later in enumerate(group) for back in range(at - 1, max(-1, at - 1 - _BACK), -1)
    ]
    asked = [(one, other) for one, other in pairs if could_be(one, other)]
    open_ones = {paper.id for pair in asked if (pair[0].id, pair[1].id) not in known for paper in pair}
    words = words_of(scope, open_ones) if open_ones else {}
    taken: set[str] = set()
    done: set[str] = set()
    for earlier, later in asked:
        if earlier.id in taken or later.id in done:
            continue
        state = known.get((earlier.id, later.id))
        if state == "undone":
            continue
        pair = None if state else judge(_with(earlier, words), _with(later, words))
        if state or pair:
            taken.add(earlier.id)
            done.add(later.id)
        if pair:
            yield pair


def _with(paper: Paper, words: dict[str, str]) -> Paper:
    return Paper(paper.id, paper.path, paper.kind, paper.media_type, words.get(paper.id, ""), paper.order)
