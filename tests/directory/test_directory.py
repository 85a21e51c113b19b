"""The rules of the directory: lifecycle, shares over time, merging and taking it back, what nobody else sees, what a load leaves alone."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from store import tables
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import ClientRow, ContactRow, EngagementRow
from tests.directory.harbor import NGOZI, TUNDE, acting, furnish, picture
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY, asker, cl
from workspace.directory import bulk, contacts, entity, fields, lifecycle, ownership, relations
from workspace.directory.candidates import client_candidates, contact_candidates
from workspace.directory.filters import matches, save_filter
from workspace.directory.groups import groups_of, make_group, rename_group
from workspace.directory.merge_clients import merge_clients
from workspace.directory.merge_contacts import merge_contacts
from workspace.directory.ownership import Share, on_day, shares_of, stepped, ties_of, too_much
from workspace.directory.record import record_of
from workspace.directory.relations import Party
from workspace.export import records
from workspace.pages.clients import clients_list
from workspace.records.directory import FILES, apply_directory
from workspace.records.practice import apply_clients, apply_contacts
from workspace.records.work import apply_engagements
from workspace.scope import operator_scope, system_scope
from workspace.undo import undo


@pytest.fixture
def firm(database: Database) -> Database:
    furnish(database)
    return database


def tags_on_trail(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT tag FROM audit ORDER BY seq")]


def test_the_life_of_a_client(firm: Database) -> None:
    with acting(firm) as scope:
        ref, _ = entity.create_client(scope, {"name": "Quay Ferry LLC", "entity_type": "1065"})
        assert ref == "C4"
        for to, reason in (("onboarding", ""), ("active", ""), ("leaving", "sold"), ("former", "sold to a chain")):
            lifecycle.move(scope, ref, to, reason)
        with pytest.raises(Conflict, match="onboarding or active"):
            lifecycle.move(scope, ref, "leaving", "again")
        with pytest.raises(Conflict):
            lifecycle.move(scope, "C1", "former", "straight out")
        with pytest.raises(Invalid, match="say why"):
            lifecycle.move(scope, "C1", "leaving")
        with pytest.raises(Invalid, match="no stage"):
            lifecycle.move(scope, "C1", "archived", "?")
        found = record_of(scope, ref)
        assert [one.after for one in found.history] == ["former", "leaving", "active", "onboarding"]
        assert {(one.before, one.after, one.by) for one in found.history} >= {("leaving", "former", "Pat")}
        line = next(one for one in clients_list(scope) if one.ref == ref)
        assert not matches(line, {}) and matches(line, {"status": "former"}) and matches(line, {"status": "all"})
    with acting(firm, STAFF) as scope, pytest.raises(Forbidden, match="client:write"):
        lifecycle.move(scope, "C1", "leaving", "no")


@given(st.lists(st.sampled_from([*lifecycle.STAGES, "archived"]), max_size=12))
def test_no_walk_leaves_the_machine(walk: list[str]) -> None:
    at = "prospect"
    for to in walk:
        if to in lifecycle.open_moves(at):
            at = to
    assert at in lifecycle.STAGES and set(lifecycle.open_moves(at)) <= set(lifecycle.STAGES) - {at}
    assert lifecycle.open_moves("archived") == lifecycle.STAGES and lifecycle.open_moves(lifecycle.MERGED) == ()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 100)), max_size=14))
def test_shares_are_what_was_said_last_of_each_day(said: list[tuple[str, int, int]]) -> None:
    """Held against plain lists of days: a step takes the rest of the share it falls into, or the empty days before the next one."""
    start = date(2025, 1, 1)
    owners = {name: Party("contact", name, name, name) for name in "ab"}
    kept: dict[str, list[Share]] = {"a": [], "b": []}
    days: dict[str, list[tuple[int, int]]] = {name: [(0, 0)] * 42 for name in "ab"}  # percent, and which step said so
    for number, (who, day, pct) in enumerate(said, start=1):
        other = "b" if who == "a" else "a"
        trial = stepped(kept[who], Share(f"s{number}", owners[who], Decimal(pct), start + timedelta(days=day), None))
        plain, held = list(days[who]), days[who][day][1]
        for at in range(day, 42):
            if plain[at][1] != held:
                break
            plain[at] = (pct, number if pct else 0)
        sums = [mine[0] + theirs[0] for mine, theirs in zip(plain, days[other], strict=True)]
        assert (too_much([*trial, *kept[other]]) is not None) == (max(sums) > 100)
        if max(sums) <= 100:
            kept[who], days[who] = trial, plain
    for day in range(42):
        held_by, total = on_day([*kept["a"], *kept["b"]], start + timedelta(days=day))
        assert len({one.owner.id for one in held_by}) == len(held_by)
        assert total == days["a"][day][0] + days["b"][day][0] <= 100


def test_ownership_has_a_history_and_signals_read_the_current_share(firm: Database) -> None:
    with acting(firm) as scope:
        client = scope.session.scalars(select(tables.Client).where(tables.Client.ref == "C1")).one()
        ownership.set_share(scope, "C1", "tunde@harbor.example", "40", date(2024, 1, 1))
        with pytest.raises(Conflict, match=r"sum to 105 % on 2025-06-01"):
            ownership.set_share(scope, "C1", TUNDE, "45", date(2025, 6, 1))
        with pytest.raises(Invalid, match="future"):
            ownership.set_share(scope, "C1", TUNDE, "1", TODAY + timedelta(days=1))
        with pytest.raises(NotFound):
            ownership.set_share(scope, "C2", TUNDE, "1", TODAY)
        ownership.set_share(scope, "C1", NGOZI, "50", date(2026, 1, 1), "sold a tenth")
        shares = shares_of(scope, client, ties_of(scope, client))
        assert {s.owner.id: s.pct for s in on_day(shares, date(2023, 1, 1))[0]} == {NGOZI: 60}
        assert {s.owner.id: s.pct for s in on_day(shares, date(2025, 12, 31))[0]} == {NGOZI: 60, TUNDE: 40}
        assert {s.owner.id: s.pct for s in on_day(shares, TODAY)[0]} == {NGOZI: 50, TUNDE: 40}
        ties = {contact.id: tie.ownership_pct for tie, contact in ties_of(scope, client)}
        assert ties == {NGOZI: 50, TUNDE: 40}
        with pytest.raises(Conflict, match="owns 40 %"):
            contacts.unlink(scope, "C1", TUNDE)
        act = ownership.set_share(scope, "C1", TUNDE, "0", TODAY)
        assert {contact.id: tie.ownership_pct for tie, contact in ties_of(scope, client)} == {NGOZI: 50, TUNDE: None}
        undo(scope, act)
        # the folder says otherwise: it holds from today, and the history keeps what was
        next(tie for tie, contact in ties_of(scope, client) if contact.id == TUNDE).ownership_pct = Decimal(25)
        shares = shares_of(scope, client, ties_of(scope, client))
        assert on_day(shares, TODAY)[1] == 75 and on_day(shares, TODAY - timedelta(days=1))[1] == 90


def test_the_taxpayer_id_is_shown_on_demand_and_written_nowhere_else(firm: Database) -> None:
    with acting(firm) as scope:
        assert entity.see_tax_id(scope, "C1") == "00-0000001"
        assert entity.set_tax_id(scope, "C1", "12-3456789", was="•••••0001") == "•••••6789"
        with pytest.raises(Conflict):
            entity.set_tax_id(scope, "C1", "98-7654321", was="•••••0001")
        with pytest.raises(Invalid) as refused:
            entity.set_tax_id(scope, "C1", "55-55555")
        assert "55-55" not in str(refused.value)
        entity.create_client(scope, {"name": "New", "tax_id": "45-6789012"})
        assert "12-3456789" not in repr(record_of(scope, "C1"))
    with acting(firm, STAFF) as scope, pytest.raises(Forbidden, match="tax-id:see"):
        entity.see_tax_id(scope, "C1")
    assert tags_on_trail(firm).count("client:tax-id:seen") == 1
    where = {name for name, found in picture(firm).items() for row in found for value in row if "12-3456789" in value}
    assert where == set()  # it lies sealed where it is kept
    with acting(firm) as scope:
        assert entity.see_tax_id(scope, "C1") == "12-3456789"
    with firm.engine.connect() as connection:
        told = str(
            [tuple(row) for table in ("acts", "audit") for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
        )
    assert "3456789" not in told and "6789012" not in told and "0000001" not in told


def test_a_record_is_changed_without_losing_anybodys_change(firm: Database) -> None:
    with acting(firm) as scope:
        fields.define(scope, "client", "Referred by", "text")
        fields.define(scope, "client", "Tier", "choice", ("gold", "plain"))
        fields.define(scope, "client", "Since audit", "date")
        with pytest.raises(Conflict):
            fields.define(scope, "client", "Tier", "text")
        seen = record_of(scope, "C1")
        values = {"fiscal_year_end": "June 30", "group": "Okafors", "custom": {"Tier": "gold"}, "states": ["ny", "NJ"]}
        act = entity.change_client(scope, "C1", values | {"tags": ["vip", "quarterly"]}, mark=seen.mark)
        now = record_of(scope, "C1")
        assert (now.fiscal_year_end, now.group, now.custom) == ("06-30", "Okafors", {"Tier": "gold"})
        assert (now.states, now.tags) == (("NJ", "NY"), ("quarterly", "vip"))
        with pytest.raises(Conflict, match="meanwhile"):
            entity.change_client(scope, "C1", {"name": "Mine"}, mark=seen.mark)
        for wrong in ({"fiscal_year_end": "Feb 30"}, {"state": "XX"}, {"partner": "no@one.example"}, {"name": " "}):
            with pytest.raises(Invalid):
                entity.change_client(scope, "C1", wrong)
        for wrong in ({"Tier": "silver"}, {"Since audit": "soon"}, {"unknown": "x"}):
            with pytest.raises(Invalid):
                entity.change_client(scope, "C1", {"custom": wrong})
        with pytest.raises(Invalid, match="status"):
            entity.change_client(scope, "C1", {"status": "former"})
        undo(scope, act)
        assert record_of(scope, "C1").tags == () and record_of(scope, "C1").fiscal_year_end == "12-31"


def test_bulk_is_one_act_or_none(firm: Database) -> None:
    before = picture(firm)
    with acting(firm, MANAGER) as scope:
        wanted = {"partner": OTHER, "group": "Harbor", "add_tag": "audit", "status": "leaving", "reason": "merger"}
        number, act = bulk.change_many(scope, ["C1", "C2"], wanted)
        assert number == 2
        assert {(c.partner_id, c.status) for c in scope.session.scalars(select(tables.Client)) if c.ref != "C3"} == {
            (rows.per(OTHER), "leaving")
        }
        with pytest.raises(Conflict, match="nothing was changed"):
            bulk.change_many(scope, ["C1"], {"status": "prospect"})
        undo(scope, act)
    assert picture(firm) == before
    with acting(firm) as scope:
        with pytest.raises(NotFound):
            bulk.change_many(scope, ["C1", "C3"], {"add_tag": "x"})
        _, act = bulk.change_many(scope, ["C1", "C2"], {"partner": OTHER})
    with acting(firm) as scope:  # Pat handed them away, sees them no more, and takes it back
        assert clients_list(scope) == ()
        undo(scope, act)
        assert len(clients_list(scope)) == 2


def test_who_sees_a_part_sees_that_part_only(firm: Database) -> None:
    with firm.writing() as session:
        session.add(tables.Contact(id="con_secret", name="Ngozi Okafor", email="secret@x.example"))
        session.flush()
        session.add(tables.ClientContact(id="cc_secret", client_id=cl("C3"), contact_id="con_secret"))
    with firm.writing() as session:
        scope = operator_scope(session, "test", now=rows.NOW, today=TODAY)
        with pytest.raises(Forbidden, match="no person"):
            relations.relate(scope, TUNDE, "trustee", "C3")
    with acting(firm, MANAGER) as scope:  # Mia serves all three
        relations.relate(scope, TUNDE, "trustee", "C3")
        relations.relate(scope, "C3", "owner", "C1")
        ownership.set_share(scope, "C1", "C3", "5", None)
        make_group(scope, "Secret", ["C3"])
    with acting(firm, STAFF) as scope:  # Sam sees C1 alone
        people, count = contacts.contacts_list(scope)
        assert count == 2 and {one.id for one in people} == {NGOZI, TUNDE}
        assert [tie.client_ref for tie in contacts.contact_card(scope, TUNDE).ties] == ["C1"]
        assert (
            contacts.contacts_list(scope, "Client 3")[1] == 0 and contacts.contacts_list(scope, "okafor client")[1] == 2
        )
        assert relations.relations_of(scope, "contact", TUNDE) == ()
        found = record_of(scope, "C1")
        assert found.relations == () and [one.owner.id for one in found.shares] == [NGOZI]
        assert groups_of(scope) == ()
        for hidden in ("C3", "con_secret"):
            with pytest.raises(NotFound):
                relations.find_party(scope, hidden)
        with pytest.raises(Forbidden, match="client:merge"):
            contact_candidates(scope)
    with acting(firm) as scope:  # Pat sees C1 and C2; Tunde stands at C3 too
        assert all("con_secret" not in (one.a[0], one.b[0]) for one in contact_candidates(scope))
        with pytest.raises(NotFound, match="could merge"):
            merge_contacts(scope, NGOZI, TUNDE)
        assert not any("C3" in (one.a[0], one.b[0]) for one in client_candidates(scope))
    with firm.writing() as session:
        wall = {"client_id": cl("C1"), "person_id": rows.per(MANAGER), "reason": "kin", "set_on": TODAY}
        session.add(tables.Wall(id="wall1", **wall))
    with acting(firm, MANAGER) as scope:
        assert {tie.client_ref for tie in contacts.contact_card(scope, NGOZI).ties} == {"C2"}
        assert "C1" not in {line.ref for line in clients_list(scope)}
        with pytest.raises(NotFound):
            record_of(scope, "C1")


def test_a_load_does_not_take_back_what_a_person_did(firm: Database) -> None:
    def load(session: Any, status: str = "active") -> tuple[str, ...]:
        scope = system_scope(session, "load", now=rows.NOW, today=TODAY)
        people: dict[str, Any] = {"partner": PARTNER, "manager": MANAGER, "entity_type": "1120-S", "status": status}
        clients = [
            ClientRow(ref=r, name=f"Bakery {r}", group="Harbor", custom={"desk": "1"}, **people) for r in ("B1", "B2")
        ]
        done = apply_clients(scope, clients)
        named = [("B1", "ann@x.example", "Ann"), ("B2", "anne@x.example", "Anne"), ("B2", "ann@x.example", "Ann")]
        tied = apply_contacts(scope, [ContactRow(client_ref=r, email=e, name=n) for r, e, n in named])
        work = apply_engagements(scope, [EngagementRow(ref="EB2", client_ref="B2", template="1120-S", title="2025")])
        assert not (done + tied + work).rejected
        load.changed = (done + tied + work).changed  # type: ignore[attr-defined]
        return done.kept

    with firm.writing() as session:
        load(session)
    with acting(firm) as scope:
        fields.define(scope, "client", "Tier", "text")
        entity.change_client(scope, "B1", {"custom": {"Tier": "gold"}, "name": "Bakery of the quay"})
        lifecycle.move(scope, "B1", "leaving", "sold")
        by_name = {one.name: one.id for one in contacts.contacts_list(scope, "ann")[0]}
        merge_contacts(scope, by_name["Ann"], by_name["Anne"])
        merge_clients(scope, "B1", "B2")
        group = next(one for one in groups_of(scope) if one.name == "Harbor")
        rename_group(scope, group.id, "Harbor group")
    before = picture(firm)
    with firm.writing() as session:
        kept = load(session)
        assert any("stays leaving" in one for one in kept) and any("merged" in one for one in kept)
    changed = {name for name, found in picture(firm).items() if found != before[name]}
    assert changed == {"client_groups"}, "the folder names the group; all else stands as a person left it"
    with firm.writing() as session:
        kept = load(session, "former")
        assert any("now former" in one for one in kept)


def test_engagement_fields(firm: Database) -> None:
    with acting(firm, MANAGER) as scope:
        fields.define(scope, "engagement", "Portal id", "number")
        act = fields.set_engagement_values(scope, "E1", {"Portal id": "1,204"})
        engagement = scope.session.scalars(select(tables.Engagement)).one()
        assert engagement.custom == {"Portal id": "1204"}
        undo(scope, act)
        assert engagement.custom == {}
        with pytest.raises(NotFound):
            fields.set_engagement_values(scope, "nope", {})
    with acting(firm, STAFF) as scope, pytest.raises(Forbidden):
        fields.define(scope, "client", "x", "text")


def test_what_is_exported_comes_back(firm: Database, migrated_sqlite: Path, tmp_path: Path) -> None:
    def exported(database: Database, email: str) -> dict[str, list[dict[str, Any]]]:
        with database.writing() as session:
            scope = asker(session, email)
            told = {name: list(found) for name, found in records(scope) if name in FILES or name == "contacts"}
            return json.loads(json.dumps(told, default=str))  # type: ignore[no-any-return]

    with acting(firm, MANAGER) as scope:
        fields.define(scope, "client", "Tier", "text")
        entity.change_client(scope, "C1", {"tags": ["vip"], "states": ["NY"]})
        lifecycle.move(scope, "C1", "leaving", "sold")
        relations.relate(scope, NGOZI, "owner", "C1")
        relations.relate(scope, "C1", "guarantor", "C3")
        ownership.set_share(scope, "C1", TUNDE, "12.5", date(2025, 1, 1))
        save_filter(scope, "VIP", {"tag": "vip"}, shared=True)
    told = exported(firm, PARTNER)  # Pat does not see C3: what names it stays at home
    assert len(told["relations"]) == 1 and {one["id"] for one in told["contacts"]} == {NGOZI, TUNDE}
    (tmp_path / "other.db").write_bytes(migrated_sqlite.read_bytes())
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    furnish(other)
    with other.writing() as session:
        scope = system_scope(session, "load", now=rows.NOW, today=TODAY)
        strange = {"id": "rel_x", "kind": "owner", "from_client_id": "cl_gone", "to_client_id": cl("C1"), "note": ""}
        done = apply_directory(scope, told | {"relations": [*told["relations"], strange]})
        assert [one.reason for one in done.rejected] == ["from_client_id cl_gone is not there"]
        assert apply_directory(scope, told).created == 0
    assert exported(other, PARTNER) == told
    other.close()
