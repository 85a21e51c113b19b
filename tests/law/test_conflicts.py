"""Conflict searches over the whole firm: what is found, what a wall hides and what it does not, who decides, and that all of it is kept."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from store import tables
from store.database import Database, counting_queries
from store.errors import Forbidden, Invalid, NotFound
from tests.billing.firm import acting
from tests.law.firm import law_firm
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, cl
from workspace.export import records
from workspace.law.conflicts import HIDDEN, decide, search_conflicts, searches, show_search


@pytest.fixture
def law(database: Database) -> Database:
    return law_firm(database)


def test_everybody_the_firm_knows_is_searched(law: Database) -> None:
    with law.writing() as session:
        for key, name, custom in (("k1", "Leah Goodwin", {"maiden_name": "Leah Abernathy"}), ("k2", "Ted Goodwin", {})):
            session.add(tables.Contact(id=key, name=name, custom=custom))
        session.flush()
        session.add(tables.ClientContact(id="cc1", client_id=cl("C2"), contact_id="k1", title="Owner"))
        session.add(tables.Relation(id="r1", kind="spouse", from_contact_id="k2", to_contact_id="k1", note=""))
        session.get_one(tables.Client, cl("C2")).status = "former"
    with acting(law) as scope:
        found = search_conflicts(
            scope, ["Bob Okonkwo", "Harlan Homes Inc.", "Claire Abernathy", "Theodore Goodwin", "Nobody Else"]
        )
        told = {(one.asked, one.kind, one.name, one.role, one.client_ref) for one in found.matches}
        assert told == {
            ("Bob Okonkwo", "former client", "Robert Okonkwo", None, "C2"),
            ("Harlan Homes Inc.", "party", "Harlan Builders, LLC", "opponent", "C1"),
            ("Theodore Goodwin", "contact", "Ted Goodwin", "spouse", "C2"),
        }
        assert {one.grade for one in found.matches} == {"close"} and found.state == "open" and found.hidden == 0
        [party] = [one for one in found.matches if one.kind == "party"]
        assert party.matter == "Hess v. Harlan" and "under the name Harlan Homes" in party.why
        maiden = search_conflicts(scope, ["Abernathy, Lea"])
        assert [(one.name, one.role) for one in maiden.matches] == [("Leah Goodwin", "Owner")]


def test_a_wall_hides_whom_a_name_is_like_and_not_that_it_is(law: Database) -> None:
    """Pat's and Mia's eyes: C3 is Olga's. They learn that somebody is like it, once a name, and nothing else."""
    for email in (PARTNER, MANAGER):
        with acting(law, email) as scope:
            found = search_conflicts(
                scope, ["Zeb Quarrington", "Zebulon Quarrington", "Meridian Casualty Co", "Roland Hess"]
            )
            hidden = [one for one in found.matches if not one.seen]
            assert [one.asked for one in hidden] == ["Meridian Casualty Co", "Zebulon Quarrington"]
            for one in hidden:
                assert one.said == HIDDEN
                assert (one.kind, one.name, one.score, one.grade, one.why, one.role) == (
                    None,
                    None,
                    None,
                    None,
                    (),
                    None,
                )
                assert (one.client_ref, one.client, one.matter) == (None, None, None)
            for secret in ("C3", "Secret merger", "Meridian Casualty Company", cl("C3")):
                assert secret not in repr(found)
            assert [one.name for one in found.matches if one.seen] == ["Roland Hess"]
    with acting(law, OTHER) as scope:
        theirs = search_conflicts(scope, ["Zebulon Quarrington", "Roland Hess"])
        assert [(one.seen, one.name) for one in theirs.matches] == [(True, "Zebulon Quarrington"), (False, None)]
        # the same search, read by who may see the client
        again = [one for one in searches(scope) if "Meridian Casualty Co" in one.names]
        assert again and all(any(m.name == "Meridian Casualty Company" for m in one.matches) for one in again)


def test_what_leaves_by_the_export_is_sifted_too(law: Database) -> None:
    with acting(law) as scope:
        search_conflicts(scope, ["Zebulon Quarrington", "Roland Hess"])
    with acting(law) as scope:
        out = {name: list(rows) for name, rows in records(scope)}
        assert [one["known_as"] for one in out["conflict_hits"]] == ["Roland Hess"]
        assert [one["names"] for one in out["conflict_searches"]] == [["Zebulon Quarrington", "Roland Hess"]]


def test_rights_and_the_trail(law: Database) -> None:
    with acting(law, STAFF) as scope, pytest.raises(Forbidden, match="conflict:search"):
        search_conflicts(scope, ["Roland Hess"])
    with acting(law) as scope:
        for names in ([], [" "], ["x"] * 0 + [f"n{n}" for n in range(41)]):
            with pytest.raises(Invalid):
                search_conflicts(scope, names)
        with pytest.raises(NotFound):
            search_conflicts(scope, ["Roland Hess"], client_ref="C3")
        made = search_conflicts(scope, ["Roland Hess", "Zebulon Quarrington"], about="intake")
    with law.reading() as session:
        [entry] = session.scalars(select(tables.AuditEntry).where(tables.AuditEntry.tag == "conflict:search:made"))
        assert entry.subject == f"conflict:{made.id}" and entry.detail == {"names": 2, "found": 2}


def test_for_a_client_its_own_names_are_no_conflict(law: Database) -> None:
    with acting(law) as scope:
        mine = search_conflicts(scope, ["Roland Hess"], client_ref="C1")
        assert mine.matches == () and mine.state == "clear" and mine.client == "Roland Hess"
        # but that it is itself a party against another matter of the firm is
        [other] = search_conflicts(scope, ["Harlan Builders"], client_ref="C1").matches
        assert other.kind == "party"
        assert search_conflicts(scope, ["Harlan Builders"], engagement_ref="M1").matches == ()


def test_a_partner_decides_and_it_stays(law: Database) -> None:
    with acting(law, MANAGER) as scope:
        made = search_conflicts(scope, ["Bob Okonkwo"], client_ref="C1", about="new matter")
        with pytest.raises(Forbidden, match="no partner"):
            decide(scope, made.id, "cleared", "another person")
    with acting(law, OTHER) as scope, pytest.raises(NotFound):
        decide(scope, made.id, "cleared", "not my client")
    with acting(law) as scope:
        for decision, reason in (("maybe", "x"), ("cleared", " ")):
            with pytest.raises(Invalid):
                decide(scope, made.id, decision, reason)
        decide(scope, made.id, "declined", "adverse")
        found = decide(scope, made.id, "waived", "both consented in writing")
        assert found.state == "waived" and [one.by for one in found.decisions] == ["Pat", "Pat"]
        assert [one.id for one in searches(scope, client_ref="C1")] == [made.id]
    for statement in (
        "UPDATE conflict_decisions SET decision = 'cleared'",
        "DELETE FROM conflict_decisions",
        "DELETE FROM conflict_hits",
        "UPDATE conflict_searches SET about = 'x'",
    ):
        with pytest.raises(DBAPIError, match=r"cannot be"), law.writing() as session:
            session.execute(text(statement))


def test_a_search_takes_few_queries(law: Database) -> None:
    with acting(law) as scope, counting_queries(law.engine) as statements:
        made = search_conflicts(scope, [f"Name {n}" for n in range(20)] + ["Roland Hess"])
        assert len(made.matches) == 1
        assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) <= 12
        before = len(statements)
        show_search(scope, made.id)
        assert len(statements) - before <= 4
