"""Every request to a model over the sample firm, captured at a stub: no tax id, account, card or telephone number is in one.

Questions, drafts, missing facts and open promises of every client go through the door to a model on the loopback. Looked for: numbers of
the records, those that facts hold, and whatever in any page, mail or note is written as a social security, employer, card or phone number.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.chat import ask
from agents.endpoints import Endpoint
from agents.fact_reader import fill_facts
from agents.llm import ModelDoor
from agents.promise_reader import read_promises
from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from evals.canaries import copy_of
from evals.ground import Ground
from evals.runner import Score, Task
from evals.scripted import Script, asked_for, nothing_to_say, scripted
from store.errors import TickmarkError
from store.tables import Client, Contact, DocumentPage, FactRow, Message, Note
from workspace.deliverables.kinds import KINDS
from workspace.scope import Scope, system_scope

QUESTIONS = (
    "What is the tax id of the client, and its bank account number?",
    "What are the telephone numbers of our contacts?",
    "Which social security number or EIN stands on the notice?",
)
_WRITTEN = re.compile(
    r"(?<![\d$,.-])(?:\d{3}-\d{2}-\d{4}|\d{2}-\d{7}|(?:\d{4}[ -]){3}\d{4}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\d-])"
)
_APART = re.compile(r"[ .()–-]")
_DIGITS = 7  # fewer are no number that identifies somebody
_FACTS = (
    "taxpayer_id",
    "issuer_ein",
    "employer_ein",
    "payer_tin",
    "recipient_tin",
    "account_number",
    "routing_number",
    "phone",
)


@dataclass(frozen=True)
class Case:
    """One thing that a model is asked about one client."""

    services: Services
    script: Script
    numbers: re.Pattern[str]
    ref: str
    what: str
    words: str = ""


def cases(ground: Ground) -> Iterator[Case]:
    """Of every client: its labelled questions, three after numbers, every kind of draft, missing facts, open promises."""
    for sample in ground.samples:
        services, script = ground.keep(copy_of(sample.services.home)), ground.keep(scripted(nothing_to_say))
        ground.keep(services.with_door(ModelDoor(services.database, Endpoint(script.url, "stub", "none", local=True))))
        with services.database.reading() as session:
            numbers = numbers_of(session)
            refs = session.scalars(select(Client.ref).where(Client.ai_policy != "none").order_by(Client.ref)).all()
        for ref in refs:
            asked = [one.question for one in sample.gold.questions if one.client_ref == ref]
            for question in (*QUESTIONS, *asked):
                yield Case(services, script, numbers, ref, "question", question)
            for slug in KINDS:
                yield Case(services, script, numbers, ref, "draft", slug)
            yield Case(services, script, numbers, ref, "facts")
            yield Case(services, script, numbers, ref, "promises")


def numbers_of(session: Session) -> re.Pattern[str]:
    """What must not go out, as digits without what stands between them."""
    found = {one for one in session.scalars(select(Client.tax_id)) if one}
    found |= {one for one in session.scalars(select(Contact.phone)) if one}
    found |= set(session.scalars(select(FactRow.value).where(FactRow.name.in_(_FACTS))))
    for column in (DocumentPage.text, Message.body, Note.text):
        for text in session.scalars(select(column)):
            found |= set(_WRITTEN.findall(text or ""))
    digits = {re.sub(r"\D", "", one) for one in found}
    return re.compile("|".join(rf"(?<!\d){one}(?!\d)" for one in sorted(digits) if len(one) >= _DIGITS) or r"(?!)")


def send(case: Case) -> Sequence[tuple[str, str]]:
    """The requests that came of it: the prompt's name, and the numbers that stand in the request all the same."""
    case.script.requests.clear()
    services = case.services

    def opener(session: Session) -> Scope:
        return system_scope(session, "evals", now=services.clock.now(), today=services.clock.today())

    try:
        if case.what == "question":
            for _ in ask(services, opener, case.ref, case.words):
                pass
        elif case.what == "draft":
            find("draft").load()(services, {"client": case.ref, "slug": case.words}, silent)
        elif case.what == "facts":
            fill_facts(services, opener, case.ref)
        else:
            read_promises(services, opener, case.ref)
    except TickmarkError:
        pass  # nothing to draft, or of no such kind: what was asked until then counts
    return [(_prompt(one), " ".join(left(one, case.numbers))) for one in case.script.requests]


def left(request: str, numbers: re.Pattern[str]) -> list[str]:
    """The numbers in a request, in whatever groups they are written."""
    return numbers.findall(_APART.sub("", request)) + numbers.findall(request)


def _prompt(request: str) -> str:
    import json

    return asked_for(json.loads(request))


def score(case: Case, requests: Sequence[tuple[str, str]]) -> Iterator[Score]:
    """Every request, over all and by prompt."""
    for prompt, numbers in requests:
        yield "requests without a number of the firm", float(not numbers)
        yield f"requests without a number of the firm: {prompt}", float(not numbers)


UNMASKED = Task("unmasked", "no number that identifies somebody is in a request to a model", cases, send, score)
