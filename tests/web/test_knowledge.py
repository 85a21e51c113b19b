"""What people know of a client, on the client's page, as JSON and on the command line."""

import re
from typing import Any

import pytest

from api.commands import find
from api.commands.result import Result, silent
from api.wiring import Services
from store.errors import Invalid
from tests.web.conftest import Visits, ids

Own = tuple[Services, Visits]
ANA = "ana@alder.example"


def run(services: Services, name: str, **arguments: Any) -> Result:
    return find(name).load()(services, arguments, silent)


def test_a_partner_writes_down_and_ends_on_the_page(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    done = ana.post("/clients/C001/knowledge", text="Prefers the portal <b>only</b>")
    page = ana.follow(done).text
    assert "Kept. Drafts inside the firm" in page
    block = re.search(r'<section id="knowledge">.*?</section>', page, re.S)
    assert block is not None and "Prefers the portal &lt;b&gt;only&lt;/b&gt;" in block[0] and "End" in block[0]
    [entry] = ids(services, "SELECT id FROM knowledge")
    ended = ana.follow(ana.post(f"/knowledge/{entry}", act="end")).text
    assert "Nothing uses it from today on." in ended
    assert "Prefers the portal" not in re.search(r'<section id="knowledge">.*?</section>', ended, re.S)[0]  # type: ignore[index]
    assert ">Ended</h2>" in ana.get("/clients/C001/knowledge").text and entry in ana.get("/clients/C001/knowledge").text
    assert "wrote down what is known" in ana.get("/clients/C001/history").text
    assert ana.post(f"/knowledge/{entry}", act="forget").status_code == 422


def test_staff_look_and_do_not_decide(own: Own) -> None:
    _, visit = own
    sol = visit("sol")
    page = sol.get("/clients/C001").text
    assert 'id="knowledge"' in page and "Write down what you know" not in page
    assert sol.post("/clients/C001/knowledge", text="Anything").status_code == 403


def test_the_command_line_and_the_json_say_the_same(own: Own) -> None:
    services, visit = own
    made = run(services, "knowledge-add", client="C001", text="Ngozi decides", topic="decides", **{"as": ANA})
    assert made.text.startswith("Written down: Ngozi decides (knw_")
    listed = run(services, "knowledge", client="C001")
    assert "Who decides: Ngozi decides" in listed.text and "accepted by" in listed.text
    assert visit("ana").get("/api/v1/clients/C001/knowledge").json() == listed.data
    with pytest.raises(Invalid, match="not a day"):
        run(services, "knowledge-add", client="C001", text="x", until="soon", **{"as": ANA})
    assert run(services, "knowledge-end", id=made.data["id"], **{"as": ANA}).data["state"] == "ended"
    assert "Ended:" in run(services, "knowledge", client="C001", all=True).text
    taken = run(services, "knowledge-accept", id=made.data["id"], until="2026-12-31", **{"as": ANA})
    assert taken.data["valid_to"] == "2026-12-31"
