"""Deliverables as the edges show them: one with its proof and its history, and the list of them. Reads only.

The JSON is the contract's; it holds more than the contract names, never less.
"""

from typing import Any

from sqlalchemy import case, func, select

from store.tables import Client, Deliverable, DeliverableVersion, Engagement, Person, Release, Review
from workspace.comments import comments_on
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.model import STATES
from workspace.scope import Right, Scope, access_client, access_deliverable

_SAID = {"approve": "approved", "changes": "asked for changes", "reject": "rejected"}


def show(scope: Scope, deliverable_id: str) -> dict[str, Any]:
    """One deliverable at its current version, as the contract's JSON `deliverable`.

    Beyond the contract: `title`, `client`, `class`, `as_of`, `recipients`, `author`, `note`, `occasion`, `header`, `released` (None or
    who and when), `override` (the reason the version was approved with, if any) and `history`, newest
    first, and `comments` (comments.py). A tickmark's `section` is the index of its section; `start` and `end` count
    there. The id may be cut short. Raises NotFound, or Invalid for a beginning that several ids have. Six queries.
    """
    row = access_deliverable(scope, deliverable_id)
    client, engagement_ref = _client(scope, row)
    names: dict[str, str] = {}
    versions = _versions(scope, row, names)
    current = next(one for one in versions if one.id == row.current_version_id)
    reviews = _reviews(scope, row, names)
    freed = _release(scope, row, names)
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
        "header": _header(client.name, engagement_ref, row, current, author),
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
        .where(Deliverable.client_id.in_(scope.clients()))
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


def _client(scope: Scope, row: Deliverable) -> tuple[Client, str | None]:
    found = scope.session.execute(
        select(Client, Engagement.ref)
        .outerjoin(Engagement, Engagement.id == row.engagement_id)
        .where(Client.id == row.client_id)
    ).one()
    return found[0], found[1]


def _versions(scope: Scope, row: Deliverable, names: dict[str, str]) -> list[DeliverableVersion]:
    """The versions in their order; who wrote one comes into `names`, as below who decided."""
    wanted = (
        select(DeliverableVersion, Person.id, Person.name)
        .outerjoin(Person, Person.id == DeliverableVersion.author_id)
        .where(DeliverableVersion.deliverable_id == row.id)
    )
    found = scope.session.execute(wanted.order_by(DeliverableVersion.number)).tuples().all()
    names.update({person_id: name for _, person_id, name in found if person_id})
    return [one for one, _, _ in found]


def _reviews(scope: Scope, row: Deliverable, names: dict[str, str]) -> list[Review]:
    wanted = (
        select(Review, Person.id, Person.name)
        .join(Person, Person.id == Review.person_id)
        .where(Review.deliverable_id == row.id)
    )
    found = scope.session.execute(wanted.order_by(Review.number)).tuples().all()
    names.update({person_id: name for _, person_id, name in found})
    return [one for one, _, _ in found]


def _release(scope: Scope, row: Deliverable, names: dict[str, str]) -> Release | None:
    wanted = (
        select(Release, Person.id, Person.name)
        .join(Person, Person.id == Release.person_id)
        .where(Release.deliverable_id == row.id)
    )
    found = scope.session.execute(wanted).tuples().one_or_none()
    if found is None:
        return None
    names[found[1]] = found[2]
    return found[0]


def _header(
    client: str, engagement_ref: str | None, row: Deliverable, version: DeliverableVersion, author: str | None
) -> dict[str, Any]:
    """What stands over every deliverable: whose it is, for what, who prepared it, how old the data are."""
    writer = (
        f"{version.prompt_version}" if version.model == "template" else f"{version.model}, {version.prompt_version}"
    )
    return {
        "client": client,
        "engagement": engagement_ref,
        "prepared_by": f"{author} (from {writer})" if author else f"Tickmark, {writer}",
        "data_as_of": row.as_of.isoformat(),
        "version": version.number,
    }


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
