"""A model reads what the rules left: the missing facts of a document's kind, each held against its page before it counts.

A value stands when its quote is on the page letter by letter (white space aside), and the value can be read out of that quote by the same
forms by which the rules read. Anything else is thrown away and counted. One question a document version and reader, also where the answer
could not be used, so that a night that is done again asks nothing twice. Corrects nothing, and never touches what a rule or a person has
read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from agents import aside
from agents.llm import ModelDoor, ModelFailed, ModelRefused
from agents.ports import Services
from ingestion.facts.values import ACCOUNT, COUNT, DATE, FLAG, MONEY, PERCENT, TAX_ID, YEAR, ValueKind
from prompts.render import Prompt, load
from store.corrections import Place
from workspace.fact_gaps import Filled, Gap, gaps, keep_filled
from workspace.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PROMPT = "read-facts"
_AT_MOST = 50  # documents of a client in one night; the rest wait for the next
_AT_ONCE = 4  # documents in one go: several questions where the endpoint has room, and one write for all their answers
_PATIENCE = 3  # failures in a row
_HEAD, _TAIL = 9_000, 3_000  # characters of a document that are shown: its beginning, and its end where people sign
_LONGEST = 240  # characters of a quote
_BY_TYPE: Mapping[str, ValueKind] = {"date": DATE, "money": MONEY, "percent": PERCENT, "count": COUNT, "flag": FLAG}
_BY_NAME: Mapping[str, ValueKind] = {
    "tax_year": YEAR,
    "account_last4": ACCOUNT,
    **dict.fromkeys(("taxpayer_id", "issuer_ein", "employer_ein", "payer_tin"), TAX_ID),
}
_TYPES = {
    "date": "a date",
    "money": "dollars",
    "percent": "percent",
    "count": "a count",
    "flag": "yes or no",
    "text": "words",
}


@dataclass(frozen=True)
class Filling:
    """What a reading came to: documents that a model was asked about, facts it filled, proposals thrown away."""

    asked: int = 0
    filled: int = 0
    thrown: int = 0
    why_not: str = ""

    @property
    def is_whole(self) -> bool:
        """Nothing is left that the model could read."""
        return not self.why_not and self.asked < _AT_MOST

    def __add__(self, other: "Filling") -> "Filling":
        sums = (self.asked + other.asked, self.filled + other.filled, self.thrown + other.thrown)
        return Filling(*sums, other.why_not or self.why_not)


def reader_of(door: ModelDoor) -> str:
    """Who reads where this model is asked: what is read once by a reader is not read by it again."""
    return f"{door.name}, {PROMPT} {load(PROMPT).version}"


def fill_facts(services: Services, opened: "Callable[[Session], Scope]", client_ref: str) -> Filling:
    """Have a model read what is missing in a client's documents. Does nothing, and says why, where no model may be asked.

    A model that fails several times in a row ends the reading; what is left waits for the next night. Call it outside any transaction."""
    door, prompt = services.door, load(PROMPT)
    reader = reader_of(door)
    with services.database.reading() as session:
        scope = opened(session)
        why = door.why_not(scope, client_ref)
        if why is not None:
            return Filling(why_not=why)
        open_ = gaps(scope, client_ref, reader, _AT_MOST)
    asking, total = _Asking(door, scope, client_ref, prompt), Filling()
    for first in range(0, len(open_), _AT_ONCE):
        some = open_[first : first + _AT_ONCE]
        answers = aside.at_once([partial(asking.about, gap) for gap in some], door.has_room)
        aside.back()
        if said := [one for one in zip(some, answers, strict=True) if one[1].said]:
            with services.database.writing() as session:
                total += _kept(opened(session), reader, said)
        total = replace(total, why_not=next((one.why_not for one in reversed(answers) if one.why_not), total.why_not))
        if asking.is_over:
            break
    return total


@dataclass(frozen=True)
class _Answer:
    """What the model proposes for one document; `said`: it did give an answer, so that the same question need not be asked again."""

    proposed: Sequence[Mapping[str, Any]] = ()
    said: bool = False
    why_not: str = ""


@dataclass
class _Asking:
    """The model as one client's reading asks it, about several documents at once perhaps. `failed` counts failures in a row."""

    door: ModelDoor
    scope: Scope
    client_ref: str
    prompt: Prompt
    failed: int = 0
    refused: bool = False

    @property
    def is_over(self) -> bool:
        return self.refused or self.failed >= _PATIENCE

    def about(self, gap: Gap) -> _Answer:
        """The answer about one document; nothing once the model is left alone."""
        if self.is_over:
            return _Answer()
        try:
            proposed = _ask(self.door, self.scope, self.client_ref, self.prompt, gap)
        except ModelRefused as error:
            self.refused = True
            return _Answer(why_not=str(error))
        except ModelFailed as error:
            self.failed += 1
            # reached: the same question would get the same answer, and is asked again when prompt, model or document change
            return _Answer(said=error.reached, why_not=str(error))
        self.failed = 0
        return _Answer(proposed, said=True)


def _kept(scope: Scope, reader: str, answers: Sequence[tuple[Gap, _Answer]]) -> Filling:
    """Put down what holds of the answers; a document whose answer could not be used is read all the same."""
    total = Filling()
    for gap, answer in answers:
        found = borne_out(gap, answer.proposed)
        thrown = len(answer.proposed) - len(found)
        filled = keep_filled(scope, gap, reader, found, thrown)
        total += Filling(0 if answer.why_not else 1, filled, thrown)
    return total


def _ask(door: ModelDoor, scope: Scope, client_ref: str, prompt: Prompt, gap: Gap) -> Sequence[Mapping[str, Any]]:
    names = [f"- {name} ({_TYPES[kind]})" for name, kind in gap.missing.items()]
    inputs = {"kind": gap.kind.replace("-", " "), "facts": "\n".join(names), "text": shown(gap.pages)}
    answer = door.complete(scope, client_ref, _only(prompt, gap), inputs)
    proposed: Sequence[Mapping[str, Any]] = answer["facts"]
    return proposed


def _only(prompt: Prompt, gap: Gap) -> Prompt:
    """The prompt with a schema that allows the names of this question and no others."""
    facts = prompt.schema["properties"]["facts"]
    item = facts["items"]
    names = {**item["properties"], "name": {"type": "string", "enum": list(gap.missing)}}
    shape = {**facts, "items": {**item, "properties": names}}
    return replace(prompt, schema={**prompt.schema, "properties": {"facts": shape}})


def shown(pages: Mapping[int, str]) -> str:
    """The document as the model sees it: each page under its number, a long one without its middle."""
    text = "\n\n".join(f"Page {number}:\n{text}" for number, text in sorted(pages.items()))
    if len(text) <= _HEAD + _TAIL:
        return text
    last = max(pages)
    return f"{text[:_HEAD]}\n[…]\nPage {last}:\n{pages[last][-_TAIL:]}"


def borne_out(gap: Gap, proposed: Sequence[Mapping[str, Any]]) -> tuple[Filled, ...]:
    """Those proposals that their page bears out, the first of each name."""
    found: dict[str, Filled] = {}
    for one in proposed:
        name = str(one["name"])
        kind = gap.missing.get(name)
        place = _words(gap.pages, str(one["quote"]), int(one["page"]))
        if kind is None or place is None or name in found:
            continue
        stated = _stated(name, kind, str(one["value"]), place)
        if stated is not None:
            found[name] = Filled(name, kind, *stated)
    return tuple(found.values())


def _words(pages: Mapping[int, str], quote: str, page: int) -> Place | None:
    """Where the quote stands on the page that it names, letter by letter; None when it does not, or is no quote but half a page."""
    words, text = quote.split(), pages.get(page, "")
    if not words or len(quote) > _LONGEST:
        return None
    match = re.search(r"(?<!\w)" * words[0][0].isalnum() + r"\s+".join(map(re.escape, words)), text)
    if match is None or (match.group()[-1].isalnum() and text[match.end() : match.end() + 1].isalnum()):
        return None
    return Place(page, match.start(), match.end(), match.group())


def _stated(name: str, kind: str, value: str, place: Place) -> tuple[str, Place] | None:
    """The canonical value and the words within the quote that say it; None when the quote says something else."""
    form = _BY_NAME.get(name) or _BY_TYPE.get(kind)
    if form is None:
        at = re.search(r"\s+".join(map(re.escape, value.split())), place.quote) if re.search(r"\w", value) else None
        return (" ".join(value.split()), _part(place, *at.span())) if at else None
    wanted = form.canonical(value)
    matches = list(form.pattern.finditer(place.quote))
    if form.whole is not None and (bare := form.whole.fullmatch(place.quote)):
        matches.append(bare)  # "85000" is dollars where it is all that is quoted
    for match in matches:
        if wanted is not None and form.canonical(match.group()) == wanted:
            return wanted, _part(place, *match.span())
    return None


def _part(place: Place, start: int, end: int) -> Place:
    return Place(place.page, place.start + start, place.start + end, place.quote[start:end])
