"""How much there is and what is unfinished, in figures; only a setting that cannot be used names its client."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from store import triggers
from store.tables import Client, Document, DocumentVersion, Firm, Person
from workspace.scope import Scope
from workspace.signals import resolve


@dataclass(frozen=True)
class Health:
    """Counts of rows; `unfinished` are versions that are not searchable yet, `guards` the triggers that the database lacks,
    `settings` what the firm's settings say that cannot be used."""

    people: int
    clients: int
    documents: int
    unfinished: int
    with_password: int
    guards: tuple[str, ...]
    settings: tuple[str, ...] = ()


def health(scope: Scope, unfinished: Collection[str]) -> Health:
    """`unfinished` are the stages that are not the last."""
    session = scope.session
    waiting = select(func.count()).select_from(DocumentVersion).where(DocumentVersion.stage.in_(unfinished))
    return Health(
        people=session.scalar(select(func.count()).select_from(Person)) or 0,
        clients=session.scalar(select(func.count()).select_from(Client)) or 0,
        documents=session.scalar(select(func.count()).select_from(Document)) or 0,
        unfinished=session.scalar(waiting) or 0,
        with_password=session.scalar(select(func.count()).where(Person.password_hash.is_not(None))) or 0,
        guards=tuple(triggers.missing(session.connection())),
        settings=resolve(session.scalar(select(Firm.settings).order_by(Firm.id)) or {}).all_faults,
    )
