"""A model reads the promises that the rules left open in mails and notes: who owes what by when, each held against its sentence.

A promise stands when its quote is in the sentence letter by letter (white space aside), its words for the day are in the quote, and our own
rules (workspace/promises/when.py) read a day from them; the model works out no date. Anything else is thrown away and counted. Each text is
asked about once a reader, so that an unchanged client costs nothing. Never touches what the rules read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agents.llm import ModelDoor, ModelFailed, ModelRefused
from agents.ports import Services
from prompts.render import Prompt, load
from workspace.promises.readings import OpenText, keep_read, open_texts
from workspace.promises.when import when_in
from workspace.scope import Scope
from workspace.snapshot.model import ReadPromise

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PROMPT = "promises"
_AT_MOST = 60  # texts of a client in one night; the rest wait for the next
_A_QUESTION = 12  # texts in one question: few enough that none is lost, so many that a long night stays short
_PATIENCE = 3  # failures in a row
_LONGEST = 160  # characters of what is to be done

Sentence = tuple[OpenText, int, int]


@dataclass(frozen=True)
class Reading:
    """What a reading came to: texts that a model was asked about, promises it found, proposals thrown away."""

    asked: int = 0
    found: int = 0
    thrown: int = 0
    why_not: str = ""

    @property
    def is_whole(self) -> bool:
        """Nothing is left that the model could read."""
        return not self.why_not and self.asked < _AT_MOST


def read_promises(services: Services, opened: "Callable[[Session], Scope]", client_ref: str) -> Reading:
    """Have a model read what is open in a client's new mails and notes. Does nothing, and says why, where no model may be asked.

    An answer that cannot be used is kept as read, since the same question would get it again; a model that could not be reached is asked
    another night. Call it outside any transaction."""
    door, prompt = services.door, load(PROMPT)
    reader = f"{door.name}, {PROMPT} {prompt.version}"
    with services.database.reading() as session:
        scope = opened(session)
        why = door.why_not(scope, client_ref, prompt.task)
        if why is not None:
            return Reading(why_not=why)
        texts = open_texts(scope, client_ref, reader, _AT_MOST)
    total, failed = Reading(), 0
    for first in range(0, len(texts), _A_QUESTION):
        some = texts[first : first + _A_QUESTION]
        try:
            asked, proposed = sentences_of(some), _ask(door, scope, client_ref, prompt, some)
        except ModelRefused as error:
            return replace(total, why_not=str(error))
        except ModelFailed as error:
            failed += 1
            total = _unusable(services, opened, client_ref, reader, some, total, error)
            if failed == _PATIENCE:
                return replace(total, why_not=str(error))
            continue
        found, failed = borne_out(asked, proposed, reader), 0
        with services.database.writing() as session:
            kept = keep_read(opened(session), client_ref, reader, some, found)
        thrown = len(proposed) - kept
        total = replace(total, asked=total.asked + len(some), found=total.found + kept, thrown=total.thrown + thrown)
    return total


def _unusable(
    services: Services,
    opened: "Callable[[Session], Scope]",
    client_ref: str,
    reader: str,
    texts: Sequence[OpenText],
    total: Reading,
    error: ModelFailed,
) -> Reading:
    """Keep texts as read that got no usable answer; those whose question did not arrive stay open."""
    if not error.reached:
        return replace(total, why_not=str(error))
    with services.database.writing() as session:
        keep_read(opened(session), client_ref, reader, texts, {})
    return replace(total, asked=total.asked + len(texts))


def _ask(
    door: ModelDoor, scope: Scope, client_ref: str, prompt: Prompt, texts: Sequence[OpenText]
) -> Sequence[Mapping[str, Any]]:
    lines = [_line(number, *one) for number, one in enumerate(sentences_of(texts), 1)]
    answer = door.complete(scope, client_ref, prompt, {"sentences": "\n".join(lines)})
    proposed: Sequence[Mapping[str, Any]] = answer["promises"]
    return proposed


def sentences_of(texts: Sequence[OpenText]) -> list[Sentence]:
    """The open sentences of these texts, in the order in which they are numbered."""
    return [(text, start, end) for text in texts for start, end in text.places]


def _line(number: int, text: OpenText, start: int, end: int) -> str:
    who = "note of the firm" if text.of_note else f"mail from {'the firm' if text.by == 'us' else 'the client'}"
    said = " ".join(text.text[start:end].split())
    return f"{number}. ({who}, {text.written:%A, %B} {text.written.day}, {text.written.year}) {said}"


def borne_out(
    asked: Sequence[Sentence], proposed: Sequence[Mapping[str, Any]], reader: str
) -> dict[str, list[ReadPromise]]:
    """Those proposals that their sentence bears out, by the text's id; of each sentence the first."""
    found: dict[str, list[ReadPromise]] = {}
    seen: set[int] = set()
    for one, number in ((one, int(one["number"])) for one in proposed):
        if not 1 <= number <= len(asked) or number in seen:
            continue
        promise = _stands(asked[number - 1], one, reader)
        if promise is not None:
            seen.add(number)
            found.setdefault(asked[number - 1][0].id, []).append(promise)
    return found


def _stands(sentence: Sentence, one: Mapping[str, Any], reader: str) -> ReadPromise | None:
    text, start, end = sentence
    whole = text.text[start:end]
    quote = _within(whole, str(one["quote"]))
    by, what = (_within(quote, str(one[name])) if quote else None for name in ("by", "what"))
    when = when_in(by, text.written) if by else None
    if quote is None or what is None or when is None or len(what) > _LONGEST:
        return None
    owes = "us" if one["owes"] == "us" else "client"
    return ReadPromise(owes, " ".join(what.split()), when.day, start, end, whole, reader)


def _within(text: str, words: str) -> str | None:
    """The words as they stand in the text, whole ones, white space aside; None when they do not, or say nothing."""
    parts = words.split()
    if not re.search(r"\w", words):
        return None
    match = re.search(r"(?<!\w)" * parts[0][0].isalnum() + r"\s+".join(map(re.escape, parts)), text)
    if match is None or (match.group()[-1].isalnum() and text[match.end() : match.end() + 1].isalnum()):
        return None
    return match.group()
