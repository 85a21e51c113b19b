"""Who sees which client, who has which right, and that absent and forbidden differ only inside the scope."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Database
from store.errors import Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Deliverable, Document, Engagement, Person, Task, Wall
from workspace.scope import (
    RIGHTS,
    Right,
    Scope,
    access_client,
    access_deliverable,
    access_document,
    open_scope,
    system_scope,
)

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 9)
ROLES = ("partner", "manager", "senior", "staff", "admin")


class Noon:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


def person(name: str, role: str, active: bool = True) -> Person:
    email = f"{name}@firm.example"
    return Person(id=stable_id("per", email), email=email, name=name.title(), role=role, active=active)


def client(ref: str, partner: str, manager: str | None = None) -> Client:
    manager_id = stable_id("per", f"{manager}@firm.example") if manager else None
    partner_id = stable_id("per", f"{partner}@firm.example")
    return Client(
        id=stable_id("cl", ref), ref=ref, name=ref, entity_type="1120", partner_id=partner_id, manager_id=manager_id
    )


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        session.add_all([person(role, role) for role in ROLES])
        session.add_all([person("other", "partner"), person("gone", "partner", active=False), person("odd", "intern")])
        session.flush()
        session.add_all([client("C1", "partner", "manager"), client("C2", "other"), client("C3", "partner", "manager")])
        session.flush()
        engagement = {"template": "1120", "title": "2025 Form 1120"}
        session.add_all(
            [
                Engagement(id="eng_1", ref="E1", client_id=stable_id("cl", "C1"), owner_id=pid("senior"), **engagement),
                Engagement(id="eng_2", ref="E2", client_id=stable_id("cl", "C2"), **engagement),
            ]
        )
        session.flush()
        session.add(
            Task(id="t", client_id=stable_id("cl", "C2"), engagement_id="eng_2", title="prepare", owner_id=pid("staff"))
        )
    with database.writing() as session:
        yield session


def pid(name: str) -> str:
    return stable_id("per", f"{name}@firm.example")


def scope_of(session: Session, name: str) -> Scope:
    return open_scope(session, f"{name}@firm.example", clock=Noon())


def seen(scope: Scope) -> list[str]:
    return list(scope.session.scalars(select(Client.ref).where(Client.id.in_(scope.clients())).order_by(Client.ref)))


@pytest.mark.parametrize(
    ("name", "refs"),
    [
        ("partner", ["C1", "C3"]),
        ("other", ["C2"]),
        ("manager", ["C1", "C3"]),
        ("senior", ["C1"]),
        ("staff", ["C2"]),
        ("admin", ["C1", "C2", "C3"]),
        ("odd", []),
    ],
)
def test_each_role_sees_its_clients(session: Session, name: str, refs: list[str]) -> None:
    assert seen(scope_of(session, name)) == refs


@pytest.mark.parametrize("name", ["partner", "manager", "senior", "admin"])
def test_a_wall_hides_a_client_from_anybody(session: Session, name: str) -> None:
    before = seen(scope_of(session, name))
    session.add(Wall(id="w", client_id=stable_id("cl", "C1"), person_id=pid(name), reason="her brother", set_on=TODAY))
    session.flush()
    assert seen(scope_of(session, name)) == [ref for ref in before if ref != "C1"]
    with pytest.raises(NotFound):
        access_client(scope_of(session, name), "C1")


def test_the_system_sees_all_and_decides_nothing(session: Session) -> None:
    scope = system_scope(session, "night", now=NOW, today=TODAY)
    assert seen(scope) == ["C1", "C2", "C3"]
    assert scope.email == "system:night"
    for right in (Right.DELIVERABLE_REVIEW, Right.DELIVERABLE_RELEASE, Right.SIGNAL_DECIDE):
        with pytest.raises(Forbidden, match=right.value):
            access_client(scope, "C1", right)


def test_only_active_people_have_a_scope(session: Session) -> None:
    for email in ("gone@firm.example", "nobody@firm.example", ""):
        with pytest.raises(NotFound):
            open_scope(session, email, clock=Noon())
    assert open_scope(session, " Partner@FIRM.example ", clock=Noon()).person_id == pid("partner")


def test_absent_and_outside_look_the_same(session: Session) -> None:
    scope = scope_of(session, "partner")
    with pytest.raises(NotFound) as outside:
        access_client(scope, "C2")
    with pytest.raises(NotFound) as absent:
        access_client(scope, "C9")
    assert str(outside.value).replace("C2", "C9") == str(absent.value)


def test_inside_without_the_right_is_forbidden_by_name(session: Session) -> None:
    with pytest.raises(Forbidden, match="deliverable:release"):
        access_client(scope_of(session, "manager"), "C1", Right.DELIVERABLE_RELEASE)
    with pytest.raises(NotFound):
        access_client(scope_of(session, "manager"), "C2", Right.DELIVERABLE_RELEASE)
    assert access_client(scope_of(session, "partner"), "C1", Right.DELIVERABLE_RELEASE).ref == "C1"


def test_documents_and_deliverables_follow_their_client(session: Session) -> None:
    for ref in ("C1", "C2"):
        session.add(
            Document(
                id=f"doc_{ref}",
                client_id=stable_id("cl", ref),
                path="a.pdf",
                name="a.pdf",
                source="load",
                received_at=NOW,
            )
        )
        for number in ("1", "2"):
            session.add(
                Deliverable(
                    id=f"dlv_{ref}{number}",
                    client_id=stable_id("cl", ref),
                    slug="status-letter",
                    title="Status",
                    occasion=number,
                    cls="B",
                    as_of=TODAY,
                    created_at=NOW,
                )
            )
    session.flush()
    scope = scope_of(session, "partner")
    assert access_document(scope, "doc_C1").path == "a.pdf"
    assert access_deliverable(scope, "dlv_C11").occasion == "1"
    for absent in ("dlv_C21", "dlv_C2", "dlv%", "", "dlv_X"):
        with pytest.raises(NotFound):
            access_deliverable(scope, absent)
    with pytest.raises(NotFound):
        access_document(scope, "doc_C2")
    with pytest.raises(Invalid, match="several"):
        access_deliverable(scope, "dlv_C1")
    with pytest.raises(Forbidden, match="deliverable:review"):
        access_deliverable(scope_of(session, "senior"), "dlv_C12", Right.DELIVERABLE_REVIEW)


def test_only_partners_release_and_only_partners_and_managers_review() -> None:
    assert [role for role in RIGHTS if Right.DELIVERABLE_RELEASE in RIGHTS[role]] == ["partner"]
    assert [role for role in RIGHTS if Right.DELIVERABLE_REVIEW in RIGHTS[role]] == ["partner", "manager"]
    assert all(Right.READ in rights for rights in RIGHTS.values())
