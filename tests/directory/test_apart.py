"""Two records that a person found to be two are proposed as one no more, until she takes that back."""

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import Client
from workspace.directory.apart import keep_apart
from workspace.directory.candidates import client_candidates
from workspace.scope import open_scope
from workspace.undo import undo

ANA, MIA = "ana@alder.example", "mia@alder.example"


def named_alike(services: Services) -> tuple[str, str]:
    """Two clients of the partner with one name."""
    with services.database.writing() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        one, other = session.scalars(select(Client).where(Client.id.in_(scope.clients())).order_by(Client.ref)).all()[
            :2
        ]
        other.name = one.name
        return one.ref, other.ref


def pairs(services: Services) -> set[tuple[str, str]]:
    with services.database.reading() as session:
        found = client_candidates(open_scope(session, ANA, clock=services.clock))
    return {(one.a[0], one.b[0]) for one in found}


def test_a_pair_is_set_aside_and_comes_back_with_undo(services: Services) -> None:
    one, other = named_alike(services)
    assert (one, other) in pairs(services)
    arguments = {"of": "client", "one": other, "other": one, "as": ANA}
    act = find("directory-apart").load()(services, arguments, silent).data["act"]
    assert (one, other) not in pairs(services)
    with services.database.writing() as session, pytest.raises(Conflict, match="already"):
        keep_apart(open_scope(session, ANA, clock=services.clock), "client", one, other)
    with services.database.writing() as session:
        undo(open_scope(session, ANA, clock=services.clock), act)
    assert (one, other) in pairs(services)


def test_only_who_may_merge_and_only_what_she_sees(services: Services) -> None:
    one, other = named_alike(services)
    with services.database.reading() as session:
        mia, ana = (open_scope(session, email, clock=services.clock) for email in (MIA, ANA))
        with pytest.raises(Forbidden, match="client:merge"):
            keep_apart(mia, "client", one, other)
        with pytest.raises(NotFound):
            keep_apart(ana, "client", one, "C999")
        with pytest.raises(Invalid):
            keep_apart(ana, "client", one, one)
        with pytest.raises(Invalid):
            keep_apart(ana, "person", one, other)
