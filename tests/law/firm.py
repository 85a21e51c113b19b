"""A law firm for the tests: the small firm of tests/billing with a matter for C1, for C2 and for Olga's C3, and the money it holds."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from store import tables
from store.database import Database
from tests.billing.firm import add_firm
from tests.signals import rows
from tests.signals.rows import cl, eng
from workspace.law import trust
from workspace.law.trust import Movement
from workspace.scope import Scope

FEBRUARY = date(2026, 2, 10)


def add_law(session: Session) -> None:
    """Matters M1 of C1, M2 of C2, M3 of C3 (Olga's alone: nobody else sees it), with names that a search finds."""
    add_firm(session)
    for ref, client, title in (
        ("M1", "C1", "Hess v. Harlan"),
        ("M2", "C2", "Okonkwo lease"),
        ("M3", "C3", "Secret merger"),
    ):
        rows.add_engagement(session, ref, client, template="matter", title=title, fee_type="hourly")
    for ref, name in (("C1", "Roland Hess"), ("C2", "Robert Okonkwo"), ("C3", "Zebulon Quarrington")):
        row = session.get_one(tables.Client, cl(ref))
        row.name, row.entity_type = name, "law"
        if ref == "C3":  # Mia manages it in the small firm; here a wall is around it
            session.add(
                tables.Wall(
                    id="w1",
                    client_id=cl("C3"),
                    person_id=rows.per(rows.MANAGER),
                    reason="own interest",
                    set_on=FEBRUARY,
                )
            )
    people: tuple[tuple[str, str, str, str, list[str]], ...] = (
        ("M1", "C1", "Harlan Builders, LLC", "opponent", ["Harlan Homes"]),
        ("M3", "C3", "Meridian Casualty Company", "opponent", []),
    )
    for ref, client_ref, name, role, aliases in people:
        key = f"p-{ref}"
        session.add(
            tables.Party(
                id=key, client_id=cl(client_ref), engagement_id=eng(ref), name=name, role=role, aliases=aliases
            )
        )
    session.flush()


def law_firm(database: Database) -> Database:
    with database.writing() as session:
        add_law(session)
    return database


def ledger(
    scope: Scope, client: str = "C1", matter: str | None = "M1", amount: str = "5000.00", on: date = FEBRUARY
) -> str:
    """A ledger that received money, and its id."""
    opened = trust.open_ledger(scope, client, matter)
    trust.receive(scope, opened.id, Movement(Decimal(amount), on, payee=client, number="w-1", cleared_on=on))
    return opened.id


def held(scope: Scope, ledger_id: str) -> Decimal:
    return next(one.balance for one in trust.ledgers(scope) if one.id == ledger_id)
