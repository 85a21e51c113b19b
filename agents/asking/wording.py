"""A model's sentences held against their sources: what the sources do not carry does not pass.

A sentence passes when its words stand in the sources it names; its amounts, dates, shares and ids must stand there too, or in another
source that was read, which is then cited as well. Counts and names that are found nowhere are listed as untied. Calls no model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.asking.claims import Claim
from agents.asking.extract import asked_words, units, words
from agents.asking.sources import Found, Sources
from workspace.evidence import Evidence
from workspace.tie_out.figures import Figure, recognise

PASSAGES = 8
LONGEST = 1600  # characters of a passage that a model gets
CARRIED = 0.6  # share of a sentence's words that its sources must hold
_HARD = ("money", "date", "percent", "tax_id", "citation", "notice")


@dataclass(frozen=True)
class Source:
    """A numbered source as the model sees it. `claim` for a sentence with proof, `passage` for words that were found."""

    label: str
    text: str
    claim: Claim | None = None
    passage: Found | None = None


def numbered(sources: Sources) -> dict[str, Source]:
    """The sources by their number, sentences from records and facts first."""
    given: dict[str, Source] = {}
    for claim in sources.sure:
        given[f"S{len(given) + 1}"] = Source("record", claim.text.removeprefix("- "), claim=claim)
    for passage in sources.passages[:PASSAGES]:
        text = f"{passage.context}\n{passage.text}".strip()[:LONGEST]
        given[f"S{len(given) + 1}"] = Source(f"{passage.path}, page {passage.page}", text, passage=passage)
    return given


def listing(given: Mapping[str, Source]) -> str:
    """The sources as the prompt shows them."""
    return "\n\n".join(f"{number} ({source.label}):\n{source.text}" for number, source in given.items())


def held(text: str, cited: Sequence[str], given: Mapping[str, Source], question: str) -> Claim | None:
    """The sentence with the evidence of its sources; None when they do not carry it."""
    named = [given[number] for number in dict.fromkeys(cited) if number in given]
    if not named or not text.strip():
        return None
    loose = _loose(text, named, question)
    elsewhere = {f.text: next((s for s in given.values() if _carries(s, f)), None) for f in loose}
    named += [source for source in elsewhere.values() if source is not None]
    missing = [f for f in loose if elsewhere[f.text] is None]
    if any(f.type in _HARD for f in missing) or not _worded(text, named, question):
        return None
    evidence = tuple(dict.fromkeys(e for source in named for e in _evidence(source, text)))
    return Claim(" ".join(text.split()), evidence, tuple(f.text for f in missing)) if evidence else None


def _loose(text: str, named: Sequence[Source], question: str) -> list[Figure]:
    """The figures of a sentence that neither its sources nor the question hold."""
    asked = {(f.type, f.value) for f in recognise(question)}
    return [f for f in recognise(text) if (f.type, f.value) not in asked and not any(_carries(s, f) for s in named)]


def _carries(source: Source, figure: Figure) -> bool:
    return any((f.type, f.value) == (figure.type, figure.value) for f in recognise(source.text))


def _worded(text: str, named: Sequence[Source], question: str) -> bool:
    stems = asked_words(text)
    known = set(words(" ".join([question, *(source.text for source in named)])))
    return not stems or len(stems & known) / len(stems) >= CARRIED


def _evidence(source: Source, text: str) -> tuple[Evidence, ...]:
    """The proof of a record's sentence, or the one place of a passage that shares most with the sentence."""
    if source.claim is not None:
        return source.claim.evidence
    if source.passage is None:
        return ()
    stems, figures = set(words(text)), {(f.type, f.value) for f in recognise(text)}
    best, place = 0.0, (0, 0)
    for start, end, _ in units(source.passage.text):
        unit = source.passage.text[start:end]
        score = len(stems & set(words(unit))) + 3 * len(figures & {(f.type, f.value) for f in recognise(unit)})
        if score > best:
            best, place = score, (start, end)
    if not best:
        return ()
    return (source.passage.quote(source.passage.start + place[0], source.passage.start + place[1]),)
