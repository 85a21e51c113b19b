"""The sentences of a draft that a model may word, and what keeps its wording of one from standing.

Every check is made by code over one sentence: figures, dates, names, counts and citations by the tie-out, then what no figure shows: a
promise, a "not" that came or went, another matter, markup. Asks no model and changes no text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workspace.promises.sentences import sentences
from workspace.tie_out import Fact, recognise, tie_out

_SHORTEST = 4  # words: "Thank you." is left alone
_LONGEST, _ROOM = 2, 6  # times as long as the firm's sentence, and words beyond that
_LAID_OUT = re.compile(r"^\s*(?:[-*•|>#]|\d+[.)]\s|Dear\b)")
_MARKUP = re.compile(r"[{}\[\]<>|`#_]|^\s*(?:[-*•]\s|\d+[.)]\s|S\d+\s*:)|\\n|https?:", re.MULTILINE)
_END = re.compile(r"[.!?][\"”’)*]*$")
_NOT = re.compile(
    r"\b(?:no|not|never|nor|neither|none|nothing|nobody|without|unless|cannot|except|unable)\b|n['’]t\b", re.IGNORECASE
)
_PROMISES = re.compile(
    r"\b(?:guarante\w*|promis\w*|assur\w*|ensur\w*|certain\w*|definite\w*|undoubtedly|surely|rest easy|no risk|always|never|must|"
    r"advise\w*|recommend\w*|should)\b",
    re.IGNORECASE,
)
_COMMON_WORDS = (
    "this that with from have been will your you our ours they them their there here what when where which whom whose would could "
    "about into over under also than then only just very more most some such each other these those please for and the are was were "
    "has had its any all may can"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_SHARED = 4  # one in so many of the firm's words of meaning has to be in the wording


@dataclass(frozen=True)
class Sentence:
    """A sentence of the firm's wording. `number` counts within its section from 1; `start` and `end` are its place there; `facts` are
    those that it states, and no others; `phrases` the fixed ones in it."""

    number: int
    start: int
    end: int
    text: str
    facts: tuple[Fact, ...]
    phrases: tuple[str, ...]


def sentences_of(markdown: str, facts: Sequence[Fact], allowed: Sequence[str]) -> tuple[Sentence, ...]:
    """The whole sentences of a section: no list item, row, greeting or line that leads to a list; none through which a fixed phrase runs
    on into the next."""
    found: list[Sentence] = []
    for start, end in sentences(markdown):
        text = markdown[start:end]
        line = markdown[markdown.rfind("\n", 0, start) + 1 : end]
        if _LAID_OUT.match(line) or not _END.search(text) or len(text.split()) < _SHORTEST:
            continue
        if any(_runs_on(markdown, phrase, start, end) for phrase in allowed):
            continue
        phrases = tuple(one for one in allowed if one in text)
        found.append(Sentence(len(found) + 1, start, end, text, _carried(text, facts), phrases))
    return tuple(found)


def wrong(sentence: Sentence, text: str, others: Sequence[str], there: Iterable[str]) -> list[str]:
    """What keeps a wording from standing, in words for the model. `others` are names that must not stand in it, `there` the section's
    other sentences."""
    if not text:
        return ["it is missing"]
    found = _wrong_figures(sentence, text, others)
    found += [f"“{phrase}” is missing" for phrase in sentence.phrases if phrase not in text]
    if len(text.split()) > _LONGEST * len(sentence.text.split()) + _ROOM:
        found.append("it is much longer than the draft")
    if _MARKUP.search(text) or "\n" in text or not _END.search(text) or text.count("**") % 2:
        found.append("it is no plain sentence")
    if any(_same(text, other) for other in there):
        found.append("it repeats another sentence")
    if bool(_NOT.search(text)) != bool(_NOT.search(sentence.text)):
        found.append("a “not” came or went")
    had = {word.casefold() for word in _PROMISES.findall(sentence.text)}
    added = [word for word in _PROMISES.findall(text) if word.casefold() not in had]
    found += [f"“{word}” promises or advises what the draft does not" for word in dict.fromkeys(added)]
    if not _about_the_same(sentence.text, text):
        found.append("it says something else than the draft")
    return found


def _wrong_figures(sentence: Sentence, text: str, others: Sequence[str]) -> list[str]:
    found = _untied(sentence, text, others)
    names = _names(sentence.facts)
    said = {(one.type, one.value) for one in recognise(text, names)}
    kept = {(one.type, one.value): one.text for one in recognise(sentence.text, names)}
    return found + [f"“{words}” is missing" for figure, words in kept.items() if figure not in said]


def _untied(sentence: Sentence, text: str, others: Sequence[str]) -> list[str]:
    """The figures that no fact of the sentence carries, and those that the wording calls something else. What the firm's own wording of a
    figure is called is right, whatever the file calls it."""

    def left(words: str, facts: Sequence[Fact]) -> dict[str, str]:
        marks = tie_out(words, facts, known_names=others, allowed=sentence.phrases, guess_names=True)
        return {mark.text: mark.reason for mark in marks if mark.status == "untied"}

    untied = left(text, sentence.facts)
    if not untied:
        return []
    invented = left(text, [replace(one, label="") for one in sentence.facts])
    miscalled = untied.keys() - invented.keys() - left(sentence.text, sentence.facts).keys()
    return [f"“{words}” stands in no fact of this sentence" for words in invented] + [
        f"“{words}” is called what it is not: {why}" for words, why in untied.items() if words in miscalled
    ]


def plain(text: str) -> str:
    """A model's sentence on one line, without the number that it may have put before it."""
    return re.sub(r"^\s*\d+[.)]\s+(?=\D)", "", " ".join(text.split()))


def _carried(text: str, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts that stand in a sentence, each figure once."""
    stand = {(one.type, one.value) for one in recognise(text, _names(facts))}
    return tuple({(f.type, f.canonical): f for f in reversed(facts) if (f.type, f.canonical) in stand}.values())[::-1]


def _names(facts: Sequence[Fact]) -> list[str]:
    return [name for fact in facts if fact.type == "name" for name in (fact.value, fact.text)]


def _runs_on(markdown: str, phrase: str, start: int, end: int) -> bool:
    """Whether a fixed phrase stands partly in these characters and partly outside."""
    at = markdown.find(phrase)
    while at >= 0:
        if at < end and start < at + len(phrase) and not (start <= at and at + len(phrase) <= end):
            return True
        at = markdown.find(phrase, at + 1)
    return False


def _same(text: str, other: str) -> bool:
    return re.findall(r"\w+", text.casefold()) == re.findall(r"\w+", other.casefold())


def _about_the_same(before: str, after: str) -> bool:
    """Whether enough of the firm's words of meaning are in the wording, by their beginnings; too few words tell nothing."""
    meant = _meaning(before)
    return len(meant) < _SHARED or len(meant & _meaning(after)) * _SHARED >= len(meant)


def _meaning(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.casefold()) if word not in _COMMON}
