"""Nothing leaves but the exact version that the newest review approved, by a partner who did not write it: held by a state machine
against a plain model, and by the database against everybody who speaks SQL.

`make long` walks twice as many paths, `TICKMARK_TEST_PATHS=150` more than a few.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import Deliverable, DeliverableVersion, Firm, OutboxItem, Release, Review
from tests.deliverables.conftest import (
    CLIENTS,
    PEOPLE,
    TIED,
    UNTIED,
    current,
    filed,
    letter,
    people,
    person_id,
    writing,
)
from tests.homes import LONG
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Section
from workspace.deliverables.release import release
from workspace.deliverables.review import approve, ask_changes, edit, reject

PATHS = int(os.environ.get("TICKMARK_TEST_PATHS", "12" if LONG else "6"))
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
WORDS = [TIED, UNTIED, "Dear client, all is well.", "Dear client, $1,200.00 was paid."]
REVIEWERS = ("partner", "manager")


@dataclass
class Letter:
    """What the model knows of one deliverable. `text` is that of the current version, `authors` the people who wrote any version."""

    client: str
    cls: str
    occasion: str
    text: str
    state: str = "in_review"
    number: int = 1
    untied: int = 0
    author: str | None = None
    authors: set[str] = field(default_factory=set)
    reviewed: bool = False
    approved: int | None = None  # the number of the version that the newest review approved
    approvers: list[str] = field(default_factory=list)  # of the current version, since it was last sent back
    released: bool = False
    seen: dict[str, int] = field(default_factory=dict)  # the version that each person last had before them

    @property
    def open(self) -> bool:
        return self.state in ("in_review", "changes", "approved")

    def version(self, words: str, author: str | None) -> None:
        self.text, self.untied = words, int("9,999" in words)
        self.number, self.author, self.state, self.approvers = self.number + 1, author, "in_review", []
        if author:
            self.authors.add(author)


class Gate(RuleBasedStateMachine):
    """Four people and the software work on four letters: of each client one of class A and one of class C."""

    database: Database
    runs: Iterator[int]

    @initialize(two_partners=st.booleans())
    def begin(self, two_partners: bool) -> None:
        run, self.two_partners = next(self.runs), two_partners
        firm_wants(self.database, two_partners)
        self.model: dict[str, Letter] = {}
        for client in CLIENTS:
            for cls in ("A", "C"):
                occasion = f"run{run}:{cls}"
                identity = filed(self.database, client=client, cls=cls, occasion=occasion)
                self.model[identity] = Letter(client, cls, occasion, TIED)

    names = st.sampled_from(["ana", *PEOPLE, "system"])
    which = st.integers(0, 7)

    def letter(self, which: int, *states: str) -> tuple[str, Letter]:
        """One of the letters; mostly one in these states where there is one, so that long paths are walked too."""
        ready = [pair for pair in sorted(self.model.items()) if pair[1].state in states]
        among = ready if ready and which < 6 else sorted(self.model.items())
        return among[which % len(among)]

    def sees(self, name: str, one: Letter) -> bool:
        return name in ("system", "sol") or name in CLIENTS[one.client][1:]

    def attempt(self, name: str, allowed: bool, action: object) -> bool:
        """Do it as that person; whether it was done must be what the model says."""
        assert callable(action)
        try:
            with writing(self.database, name) as scope:
                action(scope)
        except REFUSED:
            assert not allowed, "what the model allows was refused"
            return False
        assert allowed, "what the model forbids was done"
        return True

    @rule(which=which, words=st.sampled_from(WORDS))
    def software_drafts(self, which: int, words: str) -> None:
        identity, one = self.letter(which)
        with writing(self.database, "system") as scope:
            draft = letter(words, one.cls)
            assert file_draft(scope, one.client, "status-letter", one.occasion, draft) == identity
        if one.state == "in_review" and not one.authors and not one.reviewed and words != one.text:
            one.version(words, None)

    @rule(which=which)
    def software_revises(self, which: int) -> None:
        identity, one = self.letter(which, "changes")
        version = current(self.database, identity)
        may = one.state == "changes"
        words = "Dear client, as you asked."
        draft = letter(words, one.cls, note="as asked")
        where = (one.client, "status-letter", one.occasion)
        if self.attempt("system", may, lambda scope: file_draft(scope, *where, draft, revises=version.id)):
            one.version(words, None)

    @rule(which=which)
    def software_drafts_the_next_round(self, which: int) -> None:
        """About the same subject: what nobody touched makes way, what somebody did is the one to work on."""
        identity, one = self.letter(which, "in_review")
        if not one.open:
            return
        subject, _, number = one.occasion.partition("@")
        occasion = f"{subject}@{int(number or 1) + 1}"
        with writing(self.database, "system") as scope:
            filed_as = file_draft(scope, one.client, "status-letter", occasion, letter(TIED, one.cls))
        if one.state == "in_review" and not one.authors and not one.reviewed:
            one.state = "superseded"
            self.model[filed_as] = Letter(one.client, one.cls, occasion, TIED)
        else:
            assert filed_as == identity

    @rule(name=names, which=which)
    def look(self, name: str, which: int) -> None:
        _, one = self.letter(which, "in_review", "approved")
        one.seen[name] = one.number

    def hash_seen(self, identity: str, number: int) -> str:
        with self.database.reading() as session:
            wanted = select(DeliverableVersion.content_hash).where(
                DeliverableVersion.deliverable_id == identity, DeliverableVersion.number == number
            )
            return session.scalars(wanted).one()

    def same_text(self, identity: str, one: Letter, number: int) -> bool:
        return self.hash_seen(identity, number) == self.hash_seen(identity, one.number)

    @rule(name=names, which=which, words=st.sampled_from(WORDS))
    def edit(self, name: str, which: int, words: str) -> None:
        identity, one = self.letter(which, "in_review", "changes", "approved")
        may = name != "system" and self.sees(name, one) and one.open
        if (
            self.attempt(name, may, lambda scope: edit(scope, identity, [Section("Opening", words)]))
            and words != one.text
        ):
            one.version(words, name)

    @rule(name=names, which=which, override=st.booleans(), as_seen=st.booleans())
    def approve(self, name: str, which: int, override: bool, as_seen: bool) -> None:
        """As the text is now, or as it was when they last looked: an edit or another's decision may have come between."""
        identity, one = self.letter(which, "in_review", "changes", *(["approved"] if self.two_partners else []))
        expected = self.hash_seen(identity, one.seen[name]) if as_seen and name in one.seen else None
        again = self.two_partners and one.cls == "A" and PEOPLE.get(name) == "partner" and one.approvers[-1:] == ["mia"]
        may = self.may_review(name, one) and (one.state != "approved" or again) and (override or not one.untied)
        may = may and (expected is None or self.same_text(identity, one, one.seen[name]))
        reason = "seen on paper" if override else None
        if self.attempt(name, may, lambda scope: approve(scope, identity, override=reason, expected=expected)):
            one.state, one.approved, one.reviewed = "approved", one.number, True
            one.approvers.append(name)

    @rule(name=names, which=which, rejected=st.booleans())
    def send_back(self, name: str, which: int, rejected: bool) -> None:
        identity, one = self.letter(which, "in_review", "approved")
        decide = reject if rejected else ask_changes
        if self.attempt(name, self.may_review(name, one), lambda scope: decide(scope, identity, "not so")):
            one.state, one.approved, one.approvers = "rejected" if rejected else "changes", None, []
            one.reviewed = True

    @rule(name=names, which=which, as_seen=st.booleans())
    def release(self, name: str, which: int, as_seen: bool) -> None:
        identity, one = self.letter(which, "approved")
        expected = self.hash_seen(identity, one.seen[name]) if as_seen and name in one.seen else None
        partner = PEOPLE.get(name) == "partner" and self.sees(name, one)
        may = partner and one.state == "approved" and one.approved == one.number
        may = may and not (one.cls == "A" and name in one.authors)
        may = may and (expected is None or self.same_text(identity, one, one.seen[name]))
        if self.two_partners and one.cls == "A":
            may = may and any(PEOPLE[other] == "partner" and other != name for other in one.approvers)
        if self.attempt(name, may, lambda scope: release(scope, identity, expected=expected)):
            one.state, one.released = "released", True

    def may_review(self, name: str, one: Letter) -> bool:
        return PEOPLE.get(name) in REVIEWERS and self.sees(name, one) and one.open

    @invariant()
    def the_rows_are_the_models(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.database.reading() as session:
            for identity, one in self.model.items():
                row = session.get_one(Deliverable, identity)
                version = session.get_one(DeliverableVersion, row.current_version_id)
                assert (row.state, version.number, version.untied) == (one.state, one.number, one.untied)
                assert version.author_id == (person_id(one.author) if one.author else None)

    @invariant()
    def what_left_was_approved_to_the_letter(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.database.reading() as session:
            mine = select(Release).where(Release.deliverable_id.in_(self.model))
            freed = {one.deliverable_id: one for one in session.scalars(mine)}
            assert set(freed) == {identity for identity, one in self.model.items() if one.released}
            sent = select(OutboxItem.release_id).where(OutboxItem.release_id.in_([one.id for one in freed.values()]))
            assert sorted(session.scalars(sent)) == sorted(one.id for one in freed.values())  # each exactly once
            for identity, one in freed.items():
                wanted = select(Review).where(Review.deliverable_id == identity).order_by(Review.number.desc())
                newest = session.scalars(wanted).first()
                assert newest is not None
                assert (newest.decision, newest.version_id) == ("approve", one.version_id)
                assert (
                    newest.content_hash
                    == one.content_hash
                    == session.get_one(DeliverableVersion, one.version_id).content_hash
                )


def firm_wants(database: Database, two_partners: bool) -> None:
    """What `[settings.release]` of firm.toml says."""
    with database.writing() as session:
        session.execute(update(Firm).values(settings={"release": {"two_partners": two_partners}}))


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_no_path_leads_around_the_gate(backend: str, request: pytest.FixtureRequest) -> None:
    database = people(request.getfixturevalue("database" if backend == "sqlite" else "postgres"))
    machine = type("Machine", (Gate,), {"database": database, "runs": count()})
    most = PATHS if backend == "sqlite" else PATHS // 4
    run_state_machine_as_test(machine, settings=settings(max_examples=most, stateful_step_count=40))  # type: ignore[no-untyped-call]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_firm(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    return people(database)


def sql(database: Database, statement: str, **values: object) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement), values)


RELEASE = (
    "INSERT INTO releases (id, client_id, deliverable_id, version_id, content_hash, person_id, at) "
    "SELECT 'rel_x', v.client_id, v.deliverable_id, v.id, v.content_hash, :person, v.created_at "
    "FROM deliverable_versions v WHERE v.deliverable_id = :id AND v.number = :number"
)
REVIEW = (
    "INSERT INTO reviews (id, client_id, deliverable_id, number, version_id, content_hash, decision, note, person_id, at) "
    "SELECT 'rev_x', v.client_id, :id, 9, v.id, v.content_hash, 'approve', '', :person, v.created_at "
    "FROM deliverable_versions v WHERE v.deliverable_id = :from AND v.number = :number"
)
ANA, MIA, SOL = person_id("ana"), person_id("mia"), person_id("sol")


def approved(database: Database, **more: str) -> str:
    identity = filed(database, **more)
    with writing(database, "ana") as scope:
        approve(scope, identity)
    return identity


def test_sql_cannot_release_what_was_not_approved(any_firm: Database) -> None:
    identity = filed(any_firm)
    with pytest.raises(DBAPIError, match="has not been approved"):
        sql(any_firm, "UPDATE deliverables SET state = 'approved' WHERE id = :id", id=identity)
    with pytest.raises(DBAPIError, match=r"has not been approved|no release of this version"):
        sql(any_firm, "UPDATE deliverables SET state = 'released' WHERE id = :id", id=identity)
    with pytest.raises(DBAPIError, match="only the approved version"):
        sql(any_firm, RELEASE, id=identity, number=1, person=ANA)


def test_sql_cannot_release_for_one_who_may_not(any_firm: Database) -> None:
    identity = approved(any_firm)
    for person in (MIA, SOL):
        with pytest.raises(DBAPIError, match="only a partner releases"):
            sql(any_firm, RELEASE, id=identity, number=1, person=person)
    with pytest.raises(DBAPIError, match="no release of this version"):
        sql(any_firm, "UPDATE deliverables SET state = 'released' WHERE id = :id", id=identity)


def test_sql_cannot_release_a_class_a_item_for_one_who_wrote_in_it(any_firm: Database) -> None:
    identity = filed(any_firm, cls="A")
    with writing(any_firm, "ana") as scope:
        edit(scope, identity, [Section("Opening", "Dear client, all is well.")])
    with writing(any_firm, "mia") as scope:
        ask_changes(scope, identity, "say the amount")
    revised = current(any_firm, identity)
    with writing(any_firm, "system") as scope:
        file_draft(scope, "C1", "status-letter", "one", letter(TIED, "A"), revises=revised.id)
    with writing(any_firm, "mia") as scope:
        approve(scope, identity)
    with pytest.raises(Forbidden, match="another partner"), writing(any_firm, "ana") as scope:
        release(scope, identity)
    with pytest.raises(DBAPIError, match="author of a class-A item"):
        sql(any_firm, RELEASE, id=identity, number=3, person=ANA)


def test_sql_cannot_release_for_the_one_who_approved_where_the_firm_wants_two_partners(any_firm: Database) -> None:
    firm_wants(any_firm, True)
    light, grave, seen_by_mia = (
        filed(any_firm, client="C2", cls="C"),
        filed(any_firm, client="C2", cls="A", occasion="two"),
        filed(any_firm, cls="A"),
    )
    for name, identity in (("ana", light), ("ana", grave), ("mia", seen_by_mia)):
        with writing(any_firm, name) as scope:
            approve(scope, identity)
    with pytest.raises(DBAPIError, match="approved by one partner and released by another"):
        sql(any_firm, RELEASE, id=grave, number=1, person=ANA)
    for identity in (grave, seen_by_mia):  # a manager's word is no partner's
        with pytest.raises(Forbidden, match="two partners"), writing(any_firm, "ana") as scope:
            release(scope, identity)
    with writing(any_firm, "ana") as scope:
        release(scope, light)
    with writing(any_firm, "ana") as scope:
        ask_changes(scope, grave, "once more")
    with writing(any_firm, "ben") as scope:
        approve(scope, grave)  # the same text; what Ana said before was taken back
    with pytest.raises(Forbidden, match="two partners"), writing(any_firm, "ben") as scope:
        release(scope, grave)
    with writing(any_firm, "ana") as scope:
        release(scope, grave)


@pytest.mark.parametrize("state", ["withdrawn", "superseded", "rejected"])
def test_what_was_withdrawn_is_never_released(any_firm: Database, state: str) -> None:
    identity = approved(any_firm)
    sql(any_firm, "UPDATE deliverables SET state = :state WHERE id = :id", state=state, id=identity)
    for act in (approve, release, lambda scope, one: edit(scope, one, [Section("Opening", "Mine.")])):
        with pytest.raises(Conflict), writing(any_firm, "ana") as scope:
            act(scope, identity)
    with pytest.raises(DBAPIError, match="only the approved version"):
        sql(any_firm, RELEASE, id=identity, number=1, person=ANA)
    with pytest.raises(DBAPIError, match=r"of the current version"):
        sql(any_firm, REVIEW, **{"id": identity, "from": identity, "number": 1, "person": ANA})


def test_sql_cannot_release_a_version_that_came_after_the_approval(any_firm: Database) -> None:
    identity = approved(any_firm)
    with writing(any_firm, "sol") as scope:
        edit(scope, identity, [Section("Opening", "Dear client, $1,200.00 was paid.")])
    for number in (1, 2):
        with pytest.raises(DBAPIError, match="only the approved version"):
            sql(any_firm, RELEASE, id=identity, number=number, person=ANA)
    first = "SELECT id FROM deliverable_versions WHERE deliverable_id = :id AND number = 1"
    sql(any_firm, f"UPDATE deliverables SET current_version_id = ({first}) WHERE id = :id", id=identity)
    with pytest.raises(Conflict, match="not approved"), writing(any_firm, "ana") as scope:
        release(scope, identity)


def test_sql_cannot_change_or_remove_what_was_said(any_firm: Database) -> None:
    identity = approved(any_firm)
    with writing(any_firm, "ana") as scope:
        release(scope, identity)
    for statement, refused in (
        (
            "UPDATE deliverable_versions SET sections = '[]' WHERE deliverable_id = :id",
            "a version of a deliverable cannot",
        ),
        ("UPDATE deliverable_versions SET untied = 0 WHERE deliverable_id = :id", "a version of a deliverable cannot"),
        ("DELETE FROM reviews WHERE deliverable_id = :id", "a review cannot be removed"),
        ("UPDATE reviews SET decision = 'changes' WHERE deliverable_id = :id", "a review cannot be changed"),
        ("DELETE FROM releases WHERE deliverable_id = :id", "a release cannot be removed"),
        ("UPDATE releases SET person_id = :sol WHERE deliverable_id = :id", "a release cannot be changed"),
        ("UPDATE outbox SET body = 'Pay at once'", "what lies in the outbox"),
        ("UPDATE outbox SET recipients = '[\"eve@else.example\"]'", "what lies in the outbox"),
        ("DELETE FROM outbox", "the outbox only grows"),
        ("UPDATE deliverables SET state = 'in_review' WHERE id = :id", "what was released stays"),
        ("UPDATE deliverables SET current_version_id = NULL WHERE id = :id", "released stays|not been approved"),
        ("DELETE FROM deliverables WHERE id = :id", "a deliverable cannot be removed"),
    ):
        known = {name: value for name, value in (("id", identity), ("sol", SOL)) if f":{name}" in statement}
        with pytest.raises(DBAPIError, match=refused):
            sql(any_firm, statement, **known)


def test_sql_cannot_make_a_deliverable_another_one(any_firm: Database) -> None:
    grave, light = filed(any_firm, cls="A"), approved(any_firm, client="C2")
    for change in ("class = 'C'", "client_id = (SELECT id FROM clients WHERE ref = 'C2')", "slug = 'meeting-brief'"):
        with pytest.raises(DBAPIError, match="cannot be changed"):
            sql(any_firm, f"UPDATE deliverables SET {change} WHERE id = :id", id=grave)
    with pytest.raises(DBAPIError, match="one of its own"):
        sql(
            any_firm,
            "UPDATE deliverables SET current_version_id = :v WHERE id = :id",
            v=current(any_firm, light).id,
            id=grave,
        )


def test_sql_cannot_review_for_staff_or_another_text(any_firm: Database) -> None:
    one, other = filed(any_firm), filed(any_firm, client="C2")
    with pytest.raises(DBAPIError, match="partner or a manager reviews"):
        sql(any_firm, REVIEW, **{"id": one, "from": one, "number": 1, "person": SOL})
    with pytest.raises(DBAPIError, match="of the current version"):
        sql(any_firm, REVIEW, **{"id": one, "from": other, "number": 1, "person": ANA})
    untied = filed(any_firm, UNTIED, occasion="two")
    with pytest.raises(DBAPIError, match="without an override"):
        sql(any_firm, REVIEW, **{"id": untied, "from": untied, "number": 1, "person": ANA})


def test_a_deliverable_is_born_in_review(any_firm: Database) -> None:
    copied = "INSERT INTO deliverables (id, client_id, slug, title, occasion, class, state, as_of, created_at) "
    copied += "SELECT 'dlv_x', client_id, slug, title, 'else', class, 'approved', as_of, created_at FROM deliverables"
    filed(any_firm)
    with pytest.raises(DBAPIError, match="begins in review"):
        sql(any_firm, copied)
