"""Whose letters a client's list shows: its own, and those signed by a client that was merged into it, which stay where they were signed
(docs/decisions/0030). Only says which; whoever lists them holds to the asker's scope."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from store.tables import Client, MergedClient


def in_file_of(client_ref: str) -> ColumnElement[bool]:
    """A condition on `Client`: the one of that ref, or one that was merged into it."""
    kept = aliased(Client)
    merged = select(MergedClient.merged_id).join(kept, kept.id == MergedClient.client_id).where(kept.ref == client_ref)
    return or_(Client.ref == client_ref, Client.id.in_(merged))
