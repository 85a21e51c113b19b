"""What left the firm about each client: released papers and where they were sent, what models were told, what was exported."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, cast, func, select

from store.audit import AuditTag
from store.tables import AuditEntry, Client, Deliverable, ModelCall, OutboxItem, Post, Release
from workspace.billing.tables import Table
from workspace.scope import Scope

_COLUMNS = ("ref", "client", "at", "what", "to", "about")
_EXPORTS = (AuditTag.EXPORT_TAKEN.value, AuditTag.EXPORT_WRITTEN.value)
_SHOWN = (AuditTag.CLIENT_TAX_ID_SEEN.value,)


def disclosed(scope: Scope) -> Table:
    """One line a disclosure, calls of models summed by client, recipient and month; by client and moment."""
    rows = [*_releases(scope), *_posts(scope), *_model_calls(scope), *_exports(scope)]
    return Table("disclosures", _COLUMNS, tuple(sorted(rows, key=lambda row: (row[0], str(row[2]), row[3]))))


def _releases(scope: Scope) -> Iterator[tuple[Any, ...]]:
    query = (
        select(Client.ref, Client.name, Release.at, OutboxItem.channel, OutboxItem.recipients, Deliverable.title)
        .select_from(Release)
        .join(Client, Client.id == Release.client_id)
        .join(Deliverable, Deliverable.id == Release.deliverable_id)
        .outerjoin(OutboxItem, OutboxItem.release_id == Release.id)
    )
    for ref, name, at, channel, to, title in scope.session.execute(
        query.where(Client.id.in_(scope.clients()))
    ).tuples():
        yield ref, name, at, f"released ({channel or 'file'})", ", ".join(map(str, to or ())), title


def _posts(scope: Scope) -> Iterator[tuple[Any, ...]]:
    query = (
        select(Client.ref, Client.name, Post.sent_at, Post.recipients, Post.state)
        .join(Client, Client.id == Post.client_id)
        .where(Post.sent_at.is_not(None), Client.id.in_(scope.clients()))
    )
    for ref, name, at, to, state in scope.session.execute(query).tuples():
        yield ref, name, at, f"mail {state}", ", ".join(map(str, to or ())), ""


def _model_calls(scope: Scope) -> Iterator[tuple[Any, ...]]:
    day = func.substr(cast(ModelCall.at, String), 1, 7)
    query = (
        select(
            Client.ref,
            Client.name,
            day,
            ModelCall.endpoint,
            ModelCall.model,
            func.count(),
            func.sum(ModelCall.tokens_in),
        )
        .join(Client, Client.id == ModelCall.client_id)
        .where(Client.id.in_(scope.clients()))
        .group_by(Client.ref, Client.name, day, ModelCall.endpoint, ModelCall.model)
    )
    for ref, name, month, endpoint, model, calls, tokens in scope.session.execute(query).tuples():
        yield (
            ref,
            name,
            month,
            "asked a model, numbers masked",
            f"{endpoint} ({model})",
            f"{calls} calls, {tokens or 0} tokens",
        )


def _exports(scope: Scope) -> Iterator[tuple[Any, ...]]:
    query = (
        select(Client.ref, Client.name, AuditEntry)
        .join(Client, Client.id == AuditEntry.client_id)
        .where(AuditEntry.tag.in_((*_EXPORTS, *_SHOWN)), Client.id.in_(scope.clients()))
    )
    for ref, name, one in scope.session.execute(query).tuples():
        what = "taxpayer id shown" if one.tag in _SHOWN else "exported"
        yield ref, name, one.at, what, one.actor, str(one.detail.get("place", ""))
    whole = select(AuditEntry).where(AuditEntry.tag.in_(_EXPORTS), AuditEntry.client_id.is_(None))
    for one in scope.session.scalars(whole):
        yield "", "the firm", one.at, "exported", one.actor, str(one.detail.get("place", one.detail.get("folder", "")))
