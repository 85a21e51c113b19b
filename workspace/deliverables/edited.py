"""Ties out a text that a person edited or pasted: against what its version was written from, then against the client's whole file.

A figure of the file is tied where the words say what it is; the record or the quoted line is its proof. Files nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from store.tables import Client, Deliverable
from workspace.deliverables.model import Section
from workspace.deliverables.on_file import labelled, on_file
from workspace.deliverables.on_pages import on_pages
from workspace.scope import Scope
from workspace.snapshot import take_snapshot
from workspace.tie_out import Fact, Figure, Tickmark, recognise, tickmark_to_json, tie_out

Marks = tuple[Mapping[str, Any], ...]


def tie_edited(
    scope: Scope,
    row: Deliverable,
    sections: Sequence[Section],
    facts: Sequence[Fact],
    *,
    allowed: Sequence[str] = (),
    others: Sequence[str] = (),
) -> tuple[Marks, tuple[Fact, ...]]:
    """The tickmarks of a person's text, as `compose.tick` gives them, and the facts that prove it: `facts`, those a version was written
    from, as the file has them by now, and what was found in the file beside them."""
    ref = scope.session.scalars(
        select(Client.ref).where(Client.id == row.client_id, Client.id.in_(scope.clients()))
    ).one()
    snapshot = take_snapshot(scope, ref)
    file = on_file(scope, snapshot)
    given = labelled(facts, file)

    def tied(on_file: Sequence[Fact]) -> list[tuple[int, Tickmark]]:
        return [
            (index, mark)
            for index, section in enumerate(sections)
            for mark in tie_out(
                section.markdown, given, on_file=on_file, known_names=others, allowed=allowed, guess_names=True
            )
        ]

    marks = tied(file)
    missing = [one for _, mark in marks if mark.status == "untied" for one in _figures(mark)]
    pages = on_pages(scope, snapshot, missing)
    if pages:
        file = (*file, *pages)
        marks = tied(file)
    stand = {mark.evidence for _, mark in marks}
    used = tuple(one for one in file if one.evidence in stand and not one.gone and one not in given)
    return tuple({"section": index, **tickmark_to_json(mark)} for index, mark in marks), (*given, *used)


def _figures(mark: Tickmark) -> tuple[Figure, ...]:
    return recognise(mark.text)
