"""Two records of one become one: what moves, what refuses, who may, who is a candidate, and taken back nothing is left of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from store import tables
from store.database import Database
from store.errors import Conflict, Forbidden, NotFound
from tests.directory.harbor import NGOZI, TUNDE, acting, add_twins, furnish, picture
from tests.signals.rows import MANAGER, cl
from workspace.directory import contacts, entity, ownership, relations
from workspace.directory.candidates import alike, client_candidates, contact_candidates
from workspace.directory.filters import matches
from workspace.directory.merge_clients import MOVES, PAPERS, STAYS, merge_clients, review_clients
from workspace.directory.merge_contacts import merge_contacts
from workspace.directory.moving import references
from workspace.directory.papers import FOLLOW
from workspace.directory.record import record_of
from workspace.pages.clients import clients_list
from workspace.undo import undo


@pytest.fixture
def firm(database: Database) -> Database:
    furnish(database)
    return database


def test_two_records_of_a_client_become_one_and_two_again(firm: Database) -> None:
    add_twins(firm)
    before = picture(firm)
    with acting(firm) as scope:
        assert review_clients(scope, "C1", "C4").reasons == ()
        act = merge_clients(scope, "C1", "C4", {"name": "gone"})
        kept = record_of(scope, "C1")
        assert kept.name == "Client 1, Inc." and kept.city == "Erie" and kept.merged == ("C4",)
        assert {one.id for one in kept.contacts} == {NGOZI, TUNDE, "con_twin"}
        assert [(one.words, one.other.ref) for one in kept.relations] == [("subsidiary of", "C2")]
        for table in (tables.Engagement, tables.TimeEntry, tables.Note):
            assert not scope.session.scalars(select(table.id).where(table.client_id == cl("C4"))).all()
        walls = scope.session.scalars(select(tables.Wall.person_id).where(tables.Wall.client_id == cl("C1"))).all()
        assert walls == ["per_walled"]
        emptied = record_of(scope, "C4")
        assert (emptied.status, emptied.merged_into, emptied.moves) == ("merged", "C1", ())
        with pytest.raises(Conflict, match="merged already"):
            merge_clients(scope, "C4", "C2")
        assert not any(matches(line, {}) for line in clients_list(scope) if line.ref == "C4")
    with acting(firm) as scope:
        undo(scope, act)
    assert picture(firm) == before


TWIN = st.fixed_dictionaries(
    {
        "engagements": st.integers(0, 2),
        "contacts": st.sets(st.sampled_from([NGOZI, TUNDE])),
        "tags": st.sets(st.sampled_from(["vip", "quarterly"])),
        "states": st.sets(st.sampled_from(["NY", "NJ"])),
        "related": st.lists(st.sampled_from(["C1", "C2", NGOZI]), max_size=2, unique=True),
        "owns": st.booleans(),
        "take": st.dictionaries(st.sampled_from(["name", "state", "partner_id"]), st.sampled_from(["kept", "gone"])),
    }
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TWIN)
def test_a_merge_of_clients_taken_back_leaves_every_table_as_it_was(firm: Database, twin: dict[str, Any]) -> None:
    with acting(firm, MANAGER) as scope:
        ref, _ = entity.create_client(scope, {"name": "Client one", "state": "NY", "tags": twin["tags"]})
        entity.change_client(scope, ref, {"states": twin["states"]})
        for number in range(twin["engagements"]):
            key = f"E{ref}{number}"
            fields_of = {"id": key, "ref": key, "client_id": cl(ref), "template": "1120-S", "title": key}
            scope.session.add(tables.Engagement(**fields_of))
            scope.session.flush()
            scope.session.add(tables.Task(id=f"t{key}", client_id=cl(ref), engagement_id=key, title="Prepare"))
        for contact in sorted(twin["contacts"]):
            contacts.link(scope, ref, contact, {"title": "CFO", "is_primary": True})
        for other in twin["related"]:
            relations.relate(scope, ref, "guarantor", other)
        if twin["owns"]:
            ownership.set_share(scope, "C1", ref, "1", date(2025, 1, 1))
    before = picture(firm)
    with acting(firm, MANAGER) as scope:
        admin = replace(scope, role="partner")  # Mia serves both; merging is a partner's
        act = merge_clients(admin, "C1", ref, twin["take"])
        for table in (tables.Engagement, tables.Task, tables.ClientContact, tables.ClientTag):
            assert not scope.session.scalars(select(table.id).where(table.client_id == cl(ref))).all()
    with acting(firm, MANAGER) as scope:
        undo(scope, act)
    assert picture(firm) == before


def test_a_merge_is_refused_with_its_reason(firm: Database) -> None:
    add_twins(firm)
    with acting(firm) as scope:
        with pytest.raises(Conflict, match="taxpayer ids differ"):
            merge_clients(scope, "C1", "C2")
        with pytest.raises(Conflict, match="only C1 has a taxpayer id"):
            merge_clients(scope, "C4", "C1")
        with pytest.raises(NotFound):
            merge_clients(scope, "C1", "C3")
    with acting(firm, MANAGER) as scope, pytest.raises(Forbidden, match="client:merge"):
        merge_clients(scope, "C1", "C4")
    of_clients = {table for table, _ in references("clients.id")}
    assert not {*MOVES} & STAYS and {*MOVES, *STAYS, *FOLLOW, PAPERS} == of_clients, "a table that nobody has placed"


FIELD_SETS = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "n@x.example"]),
        "ties": st.sets(st.sampled_from(["C1", "C2"]), min_size=1),
        "pct": st.sampled_from([None, Decimal(10)]),
        "related": st.booleans(),
        "custom": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2),
        "take": st.dictionaries(
            st.sampled_from(["name", "email", "phone"]), st.sampled_from(["kept", "gone"]), max_size=3
        ),
    }
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FIELD_SETS)
def test_a_merge_of_contacts_taken_back_leaves_every_table_as_it_was(firm: Database, twin: dict[str, Any]) -> None:
    with firm.writing() as session:
        for table in (tables.Relation, tables.ClientContact, tables.Contact):
            key = table.contact_id if table is tables.ClientContact else table.id
            for row in session.scalars(select(table).where(key.in_(["con_dup", "rel_dup"]))).all():
                session.delete(row)
            session.flush()
        contact = {"email": twin["email"], "phone": "1", "custom": twin["custom"]}
        session.add(tables.Contact(id="con_dup", name="Ngozi  Okafor", **contact))
        session.flush()
        for ref in sorted(twin["ties"]):
            pct = twin["pct"] if ref == "C2" else None
            tie = {
                "client_id": cl(ref),
                "contact_id": "con_dup",
                "title": "Dup",
                "is_primary": True,
                "ownership_pct": pct,
            }
            session.add(tables.ClientContact(id=f"ccd_{ref}", **tie))
        if twin["related"]:
            sides = {"from_contact_id": "con_dup", "to_contact_id": NGOZI, "kind": "spouse", "note": ""}
            session.add(tables.Relation(id="rel_dup", **sides))
    before = picture(firm)
    with acting(firm) as scope:
        act = merge_contacts(scope, NGOZI, "con_dup", twin["take"])
    with acting(firm) as scope:
        assert {tie.client_ref for tie in contacts.contact_card(scope, NGOZI).ties} == {"C1", "C2"}
        with pytest.raises(NotFound):
            contacts.contact_card(scope, "con_dup")
        undo(scope, act)
    assert picture(firm) == before


def test_candidates_are_the_same_number_address_or_nearly_the_same_name(firm: Database) -> None:
    add_twins(firm)
    with firm.writing() as session:
        session.get_one(tables.Client, cl("C2")).tax_id = "000000001"
        session.add(tables.Contact(id="con_case", name="N. O.", email="NGOZI@harbor.example"))
        session.add(tables.Contact(id="con_typo", name="Okafor, Ngosi"))
        session.flush()
        for key in ("con_case", "con_typo"):
            session.add(tables.ClientContact(id=f"cc_{key}", client_id=cl("C1"), contact_id=key))
    with acting(firm) as scope:
        pairs = {(one.a[0], one.b[0]): (one.why, one.certain) for one in client_candidates(scope)}
        assert pairs["C1", "C2"] == ("the same taxpayer id", True)
        assert pairs["C1", "C4"] == ("the same name", False)
        pairs = {(one.a[0], one.b[0]): (one.why, one.certain) for one in contact_candidates(scope)}
        assert pairs["con_case", NGOZI] == ("the same address", True)
        assert pairs[NGOZI, "con_typo"] == ("nearly the same name", False)
    assert alike("Harbor Bakery, Inc.", "Bakery Harbor LLC") == 1.0 and alike("Tunde Okafor", "Ngozi Okafor") < 0.86
