"""How letters are liked, on the client's page, as JSON and on the command line."""

import re

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from tests.web.conftest import Visits, ids
from workspace.deliverables.model import Section
from workspace.deliverables.review import edit
from workspace.scope import open_scope

ANA = "ana@alder.example"


def test_a_partner_sees_the_edits_accepts_and_switches_off(own: tuple[Services, Visits]) -> None:
    services, visit = own
    ana = visit("ana")
    [letter] = ids(services, "SELECT id FROM deliverables WHERE slug = 'pbc-follow-up' AND client_id = "
                   "(SELECT id FROM clients WHERE ref = 'C001')")  # fmt: skip
    shown = find("deliverables-show").load()(services, {"id": letter}, silent).data
    with services.database.writing() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        first = shown["sections"][0]["markdown"].replace("Dear Ngozi,", "Dear Dr. <Okafor>,")
        rest = [Section(one["title"], one["markdown"]) for one in shown["sections"][1:]]
        edit(scope, letter, [Section("Opening", first), *rest])
    listed = find("preferences").load()(services, {"client": "C001"}, silent)
    assert "Proposed by edits:" in listed.text and "“Dear Ngozi,” → “Dear Dr. <Okafor>,”" in listed.text
    assert ana.get("/api/v1/preferences?client=C001").json() == listed.data
    page = ana.get("/clients/C001/knowledge").text
    block = re.search(r'<section id="letters">.*?</section>', page, re.S)
    assert block is not None and "Dear Dr. &lt;Okafor&gt;," in block[0]
    assert "Accept for this client" in block[0] and "Accept for every client" not in block[0]
    sol = visit("sol")
    assert "Accept for this client" not in sol.get("/clients/C001/knowledge").text
    [one] = ids(services, "SELECT id FROM preferences WHERE state = 'proposed'")
    assert sol.post(f"/preferences/{one}", act="accept").status_code == 403
    assert "The next drafts follow it" in ana.follow(ana.post(f"/preferences/{one}", act="accept")).text
    assert "No draft follows it" in ana.follow(ana.post(f"/preferences/{one}", act="off")).text
    assert "switched off how letters are liked" in ana.get("/clients/C001/history").text
    taken = find("preferences-accept").load()(services, {"id": one, "as": ANA}, silent)
    assert taken.text.startswith("Accepted for C001: greet as")
    assert find("preferences-off").load()(services, {"id": one, "as": ANA}, silent).data["state"] == "off"
