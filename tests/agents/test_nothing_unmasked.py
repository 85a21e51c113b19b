"""Whatever a model is asked about a firm, no number that identifies somebody is in it: every request over questions, facts and drafts."""

import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select

from agents.chat import ask
from agents.endpoints import Endpoint as Model
from agents.fact_reader import fill_facts
from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.tables import Client, Contact
from tests.agents.chats import Doored
from tests.agents.conftest import Endpoint
from tests.conftest import SMALL_FIRM
from workspace.scope import operator_scope

PLANTED = (
    "514-69-0360",
    "47-7654329",
    "4007 0707 5369 0781",
    "0012-3345-7719",
    "021000021",
    "(303) 555-0177",
    "GB56HXDO88167774656119",
)
LETTER = """NOTICE OF DEFICIENCY. CP2000. Notice date March 2, 2026.
Taxpayer SSN {}, employer EIN {}. Card {} was declined. Account number {}, routing number {}.
Call us at {}. IBAN {}. Amount due: $4,812.00 by April 9, 2026.
"""
QUESTIONS = (
    "What is the SSN of the taxpayer, and the account number?",
    "Which card was declined, and what is the phone number to call?",
    "What is our client's EIN, and what do they owe us?",
    "What does the CP2000 say about the amount due?",
)


def _secrets(services: Services) -> set[str]:
    """Every number of the firm that must not go out: of its records, of its files, and the planted ones."""
    with services.database.reading() as session:
        found = {one for one in session.scalars(select(Client.tax_id)) if one}
        found |= {one for one in session.scalars(select(Contact.phone)) if one}
    texts = (file.read_text(encoding="utf-8", errors="ignore") for file in SMALL_FIRM.rglob("*") if file.is_file())
    return (
        found | set(PLANTED) | {n for text in texts for n in re.findall(r"\b\d{3}-\d{2}-\d{4}\b|\b\d{2}-\d{7}\b", text)}
    )


def test_no_request_holds_a_number_of_the_firm(services: Services, endpoint: Endpoint, tmp_path: Path) -> None:
    letter = tmp_path / "Notice with numbers.txt"
    letter.write_text(LETTER.format(*PLANTED), encoding="utf-8")
    for ref in ("C001", "C002"):
        find("ingest").load()(services, {"client": ref, "paths": [str(letter)]}, silent)
    endpoint.script = ["{}"]
    doored: Any = Doored(services, Model(base_url=endpoint.url, model="stub", api_key="k"))
    now, today = services.clock.now(), services.clock.today()

    def opener(session: Any) -> Any:
        return operator_scope(session, "test", now=now, today=today)

    for ref in ("C001", "C002", "C003"):
        fill_facts(doored, opener, ref)
        for question in QUESTIONS:
            list(ask(doored, opener, ref, question))
    for ref, slug in (("C001", "notice-response"), ("C002", "notice-response"), ("C001", "invoice-draft")):
        find("draft").load()(doored, {"client": ref, "slug": slug}, silent)
    asked = {re.split(r"\W", request["response_format"]["json_schema"]["name"])[0] for request in endpoint.requests}
    assert asked == {"answer", "read", "word"}
    said, digits = endpoint.said, re.sub(r"[ .()–-]", "", endpoint.said)
    assert "[SSN-1]" in said and "[CARD-1]" in said and "[PHONE-1]" in said
    left = [one for one in _secrets(services) if one in said or re.sub(r"[ .()–-]", "", one) in digits]
    assert left == []
    assert json.dumps(endpoint.requests).count("4,812.00")  # amounts stay: they are what is asked about
