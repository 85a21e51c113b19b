"""The sentences of a draft that a reviewer should read first: those with a figure that has no source, then those whose words could bind
the firm. Reads a text; says why, never that something is wrong.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SENTENCE = re.compile(r"[^.!?\n|]+(?:[.!?](?!\s|$)[^.!?\n|]*)*[.!?]?")
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern, re.IGNORECASE))
    for why, pattern in (
        (
            "promises a result",
            r"\b(?:guaranteed|we (?:guarantee|assure|promise|warrant)|rest assured|certain to|(?:will|shall) (?:certainly |definitely )?be "
            r"(?:abated|waived|accepted|refunded|dismissed|granted)|no risk|without (?:any )?risk|definitely|"
            r"you will (?:not owe|win|receive a refund))\b",
        ),
        (
            "admits a fault",
            r"\b(?:our (?:mistake|error|fault|oversight)|we (?:failed|neglected|forgot|were wrong|made an? (?:error|mistake))|"
            r"negligen\w*|we apologi[sz]e)\b",
        ),
        (
            "advises beyond the letter",
            r"\b(?:we (?:advise|recommend|urge)|you (?:should|ought to) (?:sell|buy|elect|invest|borrow|terminate|"
            r"sue|form|convert|dissolve))\b",
        ),
        ("states the law", r"\b(?:legally|you are (?:not )?liable|under the law|violat\w+|illegal\w*|unlawful\w*)\b"),
        (
            "threatens",
            r"\b(?:collection agency|legal action|lawsuit|sue you|suspend (?:our )?(?:work|services)|stop work)\b",
        ),
    )
)


@dataclass(frozen=True)
class Look:
    """A sentence and why it comes first. `start` and `end` count in the section; `tick` is the index of its first figure without a
    source, None without any."""

    section: int
    start: int
    end: int
    text: str
    why: str
    tick: int | None = None


def first_look(sections: Sequence[Mapping[str, Any]], tickmarks: Sequence[Mapping[str, Any]]) -> tuple[Look, ...]:
    """Untied sentences first, then risky ones, each kind in the order of the text; a sentence comes once."""
    found: list[Look] = []
    for index, section in enumerate(sections):
        for start, end, text in _sentences(str(section["markdown"])):
            ticks = [
                n
                for n, mark in enumerate(tickmarks)
                if mark["section"] == index and start <= mark["start"] < end and mark["status"] == "untied"
            ]
            why = next((why for why, pattern in _WORDS if pattern.search(text)), None)
            if ticks:
                found.append(Look(index, start, end, text, _untied([tickmarks[n] for n in ticks]), ticks[0]))
            elif why:
                found.append(Look(index, start, end, text, why))
    return tuple(sorted(found, key=lambda one: one.tick is None))


def _untied(marks: Sequence[Mapping[str, Any]]) -> str:
    """Why a sentence comes first: the reason of its one figure, else how many there are."""
    if len(marks) > 1:
        return f"{len(marks)} figures have no source"
    return str(marks[0].get("reason") or "a figure has no source")


def _sentences(markdown: str) -> Iterator[tuple[int, int, str]]:
    for match in _SENTENCE.finditer(markdown):
        words = match[0].replace("**", "").strip(" -#")
        if words:
            lead = len(match[0]) - len(match[0].lstrip(" -#"))
            yield match.start() + lead, match.end(), words
