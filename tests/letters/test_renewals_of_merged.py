"""Two clients of whom both have a renewal are merged, and parted again: every renewal that is made on the way has an id of its own."""

from datetime import date, timedelta

import pytest

from store import tables
from store.database import Database
from store.ids import stable_id
from tests.directory.harbor import acting, furnish
from tests.signals import rows
from tests.signals.rows import cl
from workspace.directory.merge_clients import merge_clients
from workspace.letters import proposals
from workspace.letters.renewals import draft_renewals, percent_in, preview, take_back
from workspace.scope import Scope
from workspace.undo import undo


def signed(database: Database) -> None:
    """C1 and C2, each with the same work of last year and its signed letter."""
    with database.writing() as session:
        session.get_one(tables.Client, cl("C2")).tax_id = None
        rows.add_engagement(session, "E2", "C2")
        for ref, client in (("E1", "C1"), ("E2", "C2")):
            letter = {"sent_on": date(2025, 2, 1), "signed_on": date(2025, 2, 9)}
            session.add(
                tables.EngagementLetter(
                    id=stable_id("let", ref), client_id=cl(client), engagement_id=rows.eng(ref), **letter
                )
            )


def renewed(scope: Scope, ref: str) -> str:
    """A renewal of the client; its proposal's id."""
    batch, [letter] = draft_renewals(scope, [ref], percent_in("4"), 5)
    assert batch is not None
    return next(one.id for one in scope.session.query(tables.Proposal).filter_by(batch_id=batch, deliverable_id=letter))


def taken_back(scope: Scope, ref: str) -> str:
    made = renewed(scope, ref)
    batch = scope.session.get_one(tables.Proposal, made).batch_id
    assert batch is not None and take_back(scope, batch) == 1
    return made


@pytest.mark.parametrize(("kept", "gone"), [("C1", "C2"), ("C2", "C1")])
def test_renewals_of_two_that_were_one_for_a_while(database: Database, kept: str, gone: str) -> None:
    furnish(database)
    signed(database)
    made: list[str] = []
    with acting(database) as scope:
        made += [taken_back(scope, "C1"), taken_back(scope, "C2")]
        if kept == "C2":
            scope.session.get_one(tables.Client, cl("C2")).tax_id = scope.session.get_one(
                tables.Client, cl("C1")
            ).tax_id
    with acting(database) as scope:
        act = merge_clients(scope, kept, gone)
    with acting(database) as scope:
        made.append(taken_back(scope, kept))
    with acting(database) as scope:
        undo(scope, act)
    with acting(database) as scope:
        for ref in (kept, gone, kept, gone):
            [before] = preview(scope, [ref], percent_in("4"), 5)
            assert before.there == "" and before.start > date(2025, 12, 31) - timedelta(days=1)
            made.append(taken_back(scope, ref))
        again = merge_clients(scope, kept, gone)
        made.append(taken_back(scope, kept))
        undo(scope, again)
        made += [renewed(scope, kept), renewed(scope, gone)]
    assert len(set(made)) == len(made)
    with acting(database) as scope:
        whose = {one.id: one.client_id for one in scope.session.query(tables.Proposal)}
        assert whose[made[-2]] == cl(kept) and whose[made[-1]] == cl(gone)
        assert proposals.show_proposal(scope, made[-1]).client_ref == gone
