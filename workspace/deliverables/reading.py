"""Deliverables as the edges show them: one with its proof and its history, and the list of them. Reads only.

The JSON is the contract's; it holds more than the contract names, never less.
"""

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from store.database import READING
from store.tables import Client, Deliverable, DeliverableVersion, Engagement, Person, Release, Review
from workspace.comments import comments_on
from workspace.deadlines import in_words
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.model import STATES
from workspace.deliverables.ticked import ticks_of
from workspace.scope import Right, Scope, access_client, access_deliverable, openable

_SAID = {"approve": "approved", "changes": "asked for changes", "reject": "rejected"}


def show(scope: Scope, deliverable_id: str) -> dict[str, Any]:
    """One deliverable at its current version, as the contract's JSON `deliverable`.

    Beyond the contract: `title`, `client`, `class`, `as_of`, `recipients`, `author`, `note`, `occasion`, `header`, `released` (None or
    who and when), `override` (the reason the version was approved with, if any), `history`, newest first, `comments` (comments.py) and
    `ticks`, the checklist with who ticked what (ticked.py). A tickmark's `section` is the index of its section; `start` and `end` count
    there. The id may be cut short. Raises NotFound, or Invalid for a beginning that several ids have. Five queries.
    """
    row = access_deliverable(scope, deliverable_id)
    names: dict[str, str] = {}
    client, engagement, freed = _around(scope, row, names)
    engagement_ref = engagement.ref if engagement else None
    versions, reviews = _versions(scope, row, names)
    current = next(one for one in versions if one.id == row.current_version_id)
    scope.session.info.get(READING, {})["deliverable", row.id] = (row, current)
    released = {"by": names[freed.person_id], "at": freed.at.isoformat()} if freed else None
    author = names.get(current.author_id or "")
    return {
        "id": row.id,
        "slug": row.slug,
        "client_ref": client.ref,
        "engagement_ref": engagement_ref,
        "state": row.state,
        "version": current.number,
        "hash": current.content_hash,
        "sections": current.sections,
        "tickmarks": current.tickmarks,
        "checks": current.checks,
        "ticks": ticks_of(scope, current),
        "unseen": current.unseen,
        "model": current.model,
        "prompt_version": current.prompt_version,
        "title": row.title,
        "client": client.name,
        "class": row.cls,
        "as_of": row.as_of.isoformat(),
        "occasion": row.occasion,
        "recipients": current.recipients,
        "author": author,
        "note": current.note,
        "untied": current.untied,
        "kind": KINDS[row.slug].title if row.slug in KINDS else row.slug,
        "headings": row.slug not in KINDS or KINDS[row.slug].headings,
        "header": _header(client.name, engagement, row, current, author),
        "released": released,
        "override": next((one.override for one in reviews if one.version_id == current.id and one.override), None),
        "history": _history(versions, reviews, freed, names),
        "comments": [one.as_json() for one in comments_on(scope, row, current.sections)],
    }


def listing(
    scope: Scope, client_ref: str | None = None, state: str | None = None, *, limit: int = 500
) -> list[dict[str, Any]]:
    """The deliverables that the asker may see, those that wait first, by class and age; one query, two with a client.

    Raises NotFound for a client outside the scope; an unknown state lists nothing."""
    figures = func.json_array_length(DeliverableVersion.tickmarks)
    wanted = (
        select(Deliverable, Client.ref, Client.name, DeliverableVersion.number, DeliverableVersion.content_hash)
        .add_columns(figures, DeliverableVersion.untied)
        .join(Client, Client.id == Deliverable.client_id)
        .join(DeliverableVersion, DeliverableVersion.id == Deliverable.current_version_id)
        .where(openable(scope))
    )
    scope.require(Right.CLIENT_READ)
    if client_ref is not None:
        wanted = wanted.where(Deliverable.client_id == access_client(scope, client_ref).id)
    if state is not None:
        wanted = wanted.where(Deliverable.state == state)
    order = case({name: number for number, name in enumerate(STATES)}, value=Deliverable.state, else_=len(STATES))
    rows = scope.session.execute(
        wanted.order_by(order, Deliverable.cls, Deliverable.created_at, Deliverable.id).limit(limit)
    )
    return [_listed(tuple(row)) for row in rows]


def _listed(found: tuple[Any, ...]) -> dict[str, Any]:
    row, ref, name, number, content_hash, figures, untied = found
    return {
        "id": row.id,
        "slug": row.slug,
        "client_ref": ref,
        "client": name,
        "title": row.title,
        "class": row.cls,
        "state": row.state,
        "version": number,
        "hash": content_hash,
        "as_of": row.as_of.isoformat(),
        "created_at": row.created_at.isoformat(),
        "occasion": row.occasion,
        "figures": figures,
        "untied": untied,
    }


def _around(scope: Scope, row: Deliverable, names: dict[str, str]) -> tuple[Client, Engagement | None, Release | None]:
    """The client, the engagement and the release; who released comes into `names`, as below who wrote and decided."""
    found = scope.session.execute(
        select(Client, Engagement, Release, Person.name)
        .select_from(Client)
        .outerjoin(Engagement, Engagement.id == row.engagement_id)
        .outerjoin(Release, Release.deliverable_id == row.id)
        .outerjoin(Person, Person.id == Release.person_id)
        .where(Client.id == row.client_id)
    ).one()
    client, engagement, freed, name = found.tuple()
    if freed is not None:
        names[freed.person_id] = name
    return client, engagement, freed


def _versions(scope: Scope, row: Deliverable, names: dict[str, str]) -> tuple[list[DeliverableVersion], list[Review]]:
    """The versions and the reviews, each in their order; one query."""
    author, reviewer = aliased(Person), aliased(Person)
    found = scope.session.execute(
        select(DeliverableVersion, author.name, Review, reviewer.name)
        .select_from(DeliverableVersion)
        .outerjoin(author, author.id == DeliverableVersion.author_id)
        .outerjoin(Review, Review.version_id == DeliverableVersion.id)
        .outerjoin(reviewer, reviewer.id == Review.person_id)
        .where(DeliverableVersion.deliverable_id == row.id)
        .order_by(DeliverableVersion.number, Review.number)
    ).tuples()
    versions, reviews = dict[str, DeliverableVersion](), list[Review]()
    for version, by, said, whose in found:
        versions[version.id] = version
        if version.author_id is not None:
            names[version.author_id] = by
        if said is not None:
            reviews.append(said)
            names[said.person_id] = whose
    return list(versions.values()), sorted(reviews, key=lambda one: one.number)


def _header(
    client: str, engagement: Engagement | None, row: Deliverable, version: DeliverableVersion, author: str | None
) -> dict[str, Any]:
    """What stands over every deliverable: whose it is, for what and which period, who prepared it, how old the data are."""
    writer = (
        f"{version.prompt_version}" if version.model == "template" else f"{version.model}, {version.prompt_version}"
    )
    return {
        "client": client,
        "engagement": engagement.ref if engagement else None,
        "period": _period(engagement),
        "prepared_by": f"{author} (from {writer})" if author else f"Tickmark, {writer}",
        "data_as_of": row.as_of.isoformat(),
        "version": version.number,
    }


def _period(engagement: Engagement | None) -> str | None:
    """The period of the work in words, "2025" for a calendar year; None where it has none."""
    first, last = (engagement.period_start, engagement.period_end) if engagement else (None, None)
    if first is None or last is None:
        return None
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    return f"{in_words(first)} to {in_words(last)}"


def _history(
    versions: list[DeliverableVersion], reviews: list[Review], freed: Release | None, names: dict[str, str]
) -> list[dict[str, Any]]:
    numbers = {one.id: one.number for one in versions}
    rows: list[tuple[Any, int, dict[str, Any]]] = []
    for one in versions:
        who = names.get(one.author_id or "", "Tickmark")
        rows.append((one.created_at, 0, {"who": who, "what": f"wrote version {one.number}", "note": one.note}))
    for said in reviews:
        what = f"{_SAID[said.decision]} (version {numbers[said.version_id]})"
        note = f"{said.note} Override: {said.override}".strip() if said.override else said.note
        rows.append((said.at, 1, {"who": names[said.person_id], "what": what, "note": note}))
    if freed is not None:
        what = f"released version {numbers[freed.version_id]}"
        rows.append((freed.at, 2, {"who": names[freed.person_id], "what": what, "note": ""}))
    ordered = sorted(enumerate(rows), key=lambda pair: (pair[1][0], pair[1][1], pair[0]), reverse=True)
    return [{"at": at.isoformat(), **entry} for _, (at, _, entry) in ordered]
