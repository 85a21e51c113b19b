"""A question that leans on the one before it, written out: "And for 2024?" after "What was net income for 2025?".

Works on words alone. What the follow-up gives (a year, a form, a name) takes the place of what was given before; what it leaves out is
taken over.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.asking.extract import asked_words, words
from agents.asking.fact_words import KIND_WORDS
from agents.asking.given import is_name
from agents.asking.topics import RELATIVE_YEAR, TEMPLATE, WORK, understand
from workspace.tie_out.figures import recognise

_LEANS = re.compile(
    r"^\s*(?:and|also|same|then|what about|how about|what of)\b|\b(?:it|its|that one|this one|those|them|the same)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\s*(?:and|also|same|then)?\s*(?:what about|how about|what of)?\s*(?:the same\s+)?", re.IGNORECASE
)
_PRONOUN = re.compile(r"\b(?:its|it|that one|this one|those|them)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w&'’-]*(?: (?:of |and |& )?[A-Z][\w&'’-]*)*")
_KIND = re.compile(rf"\b(?:{'|'.join(KIND_WORDS.values())})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """Characters `start` to `end` of a question that narrow it: a time, a form, a kind of work, a name."""

    kind: str
    start: int
    end: int


def read_with(question: str, earlier: Sequence[str]) -> str:
    """The question as it reads after the earlier ones, oldest first; one that stands alone stays as it is."""
    standing = ""
    for one in (*earlier, question):
        standing = _written_out(one, standing) if standing and _LEANS.search(one) else one
    return standing


def _written_out(question: str, before: str) -> str:
    own, given = narrowing(question), narrowing(before)
    kinds = {part.kind for part in own}
    if own and not asked_words(
        _OPENING.sub("", _with(question, own, {}))
    ):  # it only narrows: the question is the one before
        said = {kind: " ".join(question[p.start : p.end] for p in own if p.kind == kind) for kind in kinds}
        added = " ".join(said[kind] for kind in said if kind not in {part.kind for part in given})
        replaced = _with(before, [part for part in given if part.kind in kinds], said)
        return f"{replaced.rstrip(' ?.')} {added}".strip() + "?"
    # a question that the firm's records answer is about the client: only what narrows its work is taken over
    of_records = bool(understand(question).topics)
    carried = [p for p in given if p.kind not in kinds and not (of_records and p.kind == "name")]
    papers = [] if of_records else [match.group() for match in _KIND.finditer(before)][:1]
    subject = " ".join([*(before[p.start : p.end] for p in carried), *papers])
    if not subject:
        return question
    if _PRONOUN.search(question):
        return _PRONOUN.sub(lambda match: f"the {subject}", question, count=1)
    return f"{question.rstrip(' ?.')} of the {subject}?"


def narrowing(question: str) -> list[Part]:
    """What narrows a question, in order, none overlapping."""
    found: list[Part] = []

    def claim(kind: str, start: int, end: int) -> None:
        if not any(start < part.end and part.start < end for part in found):
            found.append(Part(kind, start, end))

    for match in TEMPLATE.finditer(question):
        claim("form", *match.span())
    for figure in recognise(question):
        if figure.type in ("date", "period"):
            claim("time", figure.start, figure.end)
    for match in RELATIVE_YEAR.finditer(question):
        claim("time", *match.span())
    for match in WORK.finditer(question):
        claim("work", *match.span())
    for match in _NAME.finditer(question):
        if any(word.isalpha() and is_name(word) for word in words(match.group())):
            claim("name", *match.span())
    return sorted(found, key=lambda part: part.start)


def _with(question: str, parts: Sequence[Part], said: Mapping[str, str]) -> str:
    """The question with the first part of each kind as `said`, without the others."""
    first = {kind: min(part.start for part in parts if part.kind == kind) for kind in {part.kind for part in parts}}
    for part in sorted(parts, key=lambda one: -one.start):
        words_there = said.get(part.kind, "") if part.start == first[part.kind] else ""
        question = question[: part.start] + words_there + question[part.end :]
    return " ".join(question.split())
