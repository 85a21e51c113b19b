"""What a partner changed in one letter is followed by the next: from the template and from a model, and said in the draft's note."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from agents import llm
from agents.draft import draft, revise
from api.wiring import Services
from tests.agents.conftest import Endpoint
from tests.deliverables.conftest import current
from tests.deliverables.test_writer import asked, each, give_door, given
from workspace.deliverables import proof
from workspace.deliverables.model import Section
from workspace.deliverables.review import ask_changes, edit
from workspace.preferences import accept, preferences_of, switch_off
from workspace.scope import Scope

Opener = Callable[[Session], Scope]


def taught(services: Services, opener: Opener) -> list[str]:
    """Ana greets the client otherwise and closes otherwise in one letter, and accepts what that shows: the ids."""
    identity = draft(services, opener, "C001", "pbc-follow-up")
    with services.database.writing() as session:
        scope, version = opener(session), current(services.database, identity)
        sections = [Section(one["title"], one["markdown"]) for one in version.sections]
        first = sections[0].markdown.replace("Dear Ngozi,", "Dear Dr. Okafor,")
        edit(scope, identity, [Section("Opening", first), *sections[1:]])
        found = [one.id for one in preferences_of(scope, "C001")]
        return [accept(scope, one).id for one in found]


def test_the_next_draft_follows_it_says_so_and_can_be_revised(services: Services, opener: Opener) -> None:
    [greeting] = taught(services, opener)
    identity = draft(services, opener, "C001", "collection-email")
    version = current(services.database, identity)
    assert version.sections[0]["markdown"].startswith("Dear Dr. Okafor,\n")
    assert version.note == "Follows: greet as “Dear Dr. Okafor”, not “Dear Ngozi” (Ana, 9 Mar)."
    assert version.untied == 0
    [mark] = [one for one in version.tickmarks if "Okafor" in one["text"]]
    assert mark["evidence"]["record"] == f"preference:{greeting}"
    with services.database.reading() as session:
        source = proof.of_mark(opener(session), mark)
    assert source.title == "How letters are liked for this client, accepted by Ana Alder"
    assert (source.quote, source.link) == ("Dear Dr. Okafor,", {"kind": "client", "tab": "knowledge"})
    with services.database.writing() as session:
        ask_changes(opener(session), identity, "Shorter")
    assert revise(services, opener, identity) == 2
    again = current(services.database, identity)
    assert again.sections[0]["markdown"].startswith("Dear Dr. Okafor,") and "Follows: greet" in again.note
    with services.database.writing() as session:
        switch_off(opener(session), greeting)
        ask_changes(opener(session), identity, "Warmer")
    assert revise(services, opener, identity) == 3
    last = current(services.database, identity)
    assert last.sections[0]["markdown"].startswith("Dear Ngozi,") and "Follows" not in last.note


def test_a_model_is_told_in_words(services: Services, opener: Opener, endpoint: Endpoint) -> None:
    taught(services, opener)
    give_door(services, llm.Endpoint(base_url=endpoint.url, model="stub", api_key="k"))
    endpoint.script = [each(lambda words: words.replace("Please send", "Kindly send"))]
    version = current(services.database, draft(services, opener, "C001", "collection-email"))
    assert all("greet as “Dear Dr. Okafor”" in given(body, "preferences") for body in endpoint.requests if asked(body))
    assert version.model == "stub" and version.sections[0]["markdown"].startswith("Dear Dr. Okafor,")
    assert "of 5 sentences are worded by stub" in version.note and "Follows: greet" in version.note
