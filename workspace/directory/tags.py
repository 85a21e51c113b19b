"""Tags: words of the firm's for its clients. A tag is made when a client first carries it and goes when the last one drops it."""

from collections.abc import Iterable

from sqlalchemy import func, select

from store.audit import AuditTag
from store.ids import stable_id
from store.tables import Client, ClientTag, Tag
from workspace.directory.words import line, note
from workspace.scope import Right, Scope


def words_of(scope: Scope) -> tuple[tuple[str, int], ...]:
    """The tags of the asker's clients and how many of them carry each, by name; one query."""
    scope.require(Right.CLIENT_READ)
    found = scope.session.execute(
        select(Tag.name, func.count())
        .join(ClientTag, ClientTag.tag_id == Tag.id)
        .where(ClientTag.client_id.in_(scope.clients()))
        .group_by(Tag.name)
        .order_by(Tag.name)
    )
    return tuple((name, count) for name, count in found.tuples())


def put_tags(scope: Scope, client: Client, names: Iterable[str]) -> None:
    """Make the client's tags these, inside an act of somebody else's. Raises Invalid."""
    wanted = {kept for name in names if (kept := line(name, 40, "a tag"))}
    now = _tags_of(scope, client)
    for name in sorted(wanted - set(now)):
        add_tag(scope, client, name)
    for name in sorted(set(now) - wanted):
        drop_tag(scope, client, name)


def add_tag(scope: Scope, client: Client, name: str) -> None:
    """Put a tag on a client; nothing when it is there. Raises Invalid."""
    word = line(name, 40, "the tag", needed=True) or ""
    tag = scope.session.scalars(select(Tag).where(Tag.name == word)).one_or_none()
    if tag is None:
        tag = Tag(id=stable_id("tag", word), name=word)
        scope.session.add(tag)
        scope.session.flush()
    elif word in _tags_of(scope, client):
        return
    scope.session.add(ClientTag(id=stable_id("ctg", client.id, tag.id), client_id=client.id, tag_id=tag.id))
    scope.session.flush()
    note(scope, AuditTag.TAG_SET, f"client:{client.id}", client.id, client=client.ref, word=word, on=True)


def drop_tag(scope: Scope, client: Client, name: str) -> None:
    """Take a tag off a client; nothing when it is not there."""
    row = _tags_of(scope, client).get(name)
    if row is None:
        return
    scope.session.delete(row)
    scope.session.flush()
    note(scope, AuditTag.TAG_SET, f"client:{client.id}", client.id, client=client.ref, word=name, on=False)
    if scope.session.scalars(select(ClientTag.id).where(ClientTag.tag_id == row.tag_id).limit(1)).first() is None:
        scope.session.delete(scope.session.get_one(Tag, row.tag_id))
        scope.session.flush()


def _tags_of(scope: Scope, client: Client) -> dict[str, ClientTag]:
    query = select(Tag.name, ClientTag).join(Tag, Tag.id == ClientTag.tag_id).where(ClientTag.client_id == client.id)
    return dict(scope.session.execute(query).tuples().all())
