"""Both sides of a contradiction on the client's pages, what is done about it there, and what the records said on a day."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.wiring import Services
from store.tables import Client
from tests.web.conftest import Visits, drawn, ids, selects

Own = tuple[Services, Visits]
WRONG = """Department of the Treasury
Internal Revenue Service

Notice CP504
Tax year 2024
Notice date February 18, 2026
Social security number 900-70-9999

NGOZI OKAFOR

Notice of intent to levy
Amount due immediately: $2,170.49
Pay by March 20, 2026
"""


@pytest.fixture
def mistaken(own: Own) -> Iterator[tuple[Services, Visits, str]]:
    """C002 with a notice that bears another number than the record, scanned; the key of the contradiction."""
    services, visit = own
    take_in(services, "ana@alder.example", "C002", [("Other.pdf", drawn(WRONG))])
    find("scan").load()(services, {"client": "C002"}, silent)
    (key,) = ids(services, "SELECT key FROM signals WHERE slug = 'document-contradicts-record'")
    yield services, visit, key


def test_both_sides_stand_on_the_signals_tab_and_on_a_page_of_their_own(mistaken: tuple[Services, Visits, str]) -> None:
    services, visit, key = mistaken
    ana = visit("ana")
    for path in ("/clients/C002/signals", f"/contradictions/{key}"):
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        sides = re.search(r'<div class="sides">.*?</div>\s*</div>', page.text, re.S)
        assert sides is not None and "Taxpayer id, on record" in sides[0] and "<mark>•••••9999</mark>" in sides[0]
        assert "900-70-9999" not in sides[0] and f'action="/contradictions/{key}"' in page.text
        assert len(queries) <= 16, path
    assert visit("ben").get(f"/contradictions/{key}").status_code == 404


def test_accept_keep_and_ask(mistaken: tuple[Services, Visits, str]) -> None:
    services, visit, key = mistaken
    ana, path = visit("ana"), f"/contradictions/{key}"
    assert ana.post(path, act="accept", csrf=None).status_code == 403
    assert ana.post(path, act="keep", reason=" ").status_code == 422
    back = "/clients/C002/signals"
    kept = ana.follow(ana.post(path, act="keep", reason="the agency erred", back=back))
    assert "Dismissed." in kept.text and "“the agency erred”" in kept.text
    done = ana.follow(ana.post(path, act="accept", place="0", back=back))
    assert "Accepted. The record takes what the document says" in done.text
    with services.database.reading() as session:
        assert session.scalar(select(Client.tax_id).where(Client.ref == "C002")) == "900-70-9999"
    assert ids(services, f"SELECT state FROM signals WHERE key = '{key}'") == ["accepted"]
    history = ana.get("/clients/C002/history").text
    assert "•••••9999" in history and "accepted by" in history and "900-70-9999" not in history
    assert "Nothing was on record on that day." in ana.get("/clients/C002/history?as_of=2020-01-01").text
    assert ana.get("/clients/C002/history?as_of=soon").status_code == 422


def test_the_command_line_does_the_same(mistaken: tuple[Services, Visits, str]) -> None:
    services, _, key = mistaken

    def run(name: str, **arguments: object) -> object:
        return find(name).load()(services, arguments, silent)

    listing = run("contradictions", client="C002")
    assert "a number that ends in 9999" in listing.text and "900-70-9999" not in listing.text  # type: ignore[attr-defined]
    asked = run("contradictions-ask", **{"key": key, "as": "ana@alder.example"})
    assert asked.data["state"] == "asked" and asked.data["deliverable"]  # type: ignore[attr-defined]
    assert ids(services, "SELECT count(*) FROM outbox") == [0]
    run("contradictions-accept", **{"key": key, "as": "ana@alder.example"})
    spells = run("history", client="C002", field="tax_id").data  # type: ignore[attr-defined]
    assert spells[0]["value"] == "•••••9999" and spells[0]["evidence"]["page"] == 1


def test_promises_stand_on_the_mail_tab(own: Own) -> None:
    page = own[1]("ana").get("/clients/C001/mail")
    assert page.status_code == 200
