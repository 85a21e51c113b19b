"""A model's sentences held against their sources: what the sources do not carry does not pass.

A sentence passes when its words stand in the sources it names; its amounts, dates, shares, ids and names must stand there too, or in
another source that was read, which is then cited as well. Counts that are found nowhere are listed as untied. Calls no model.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.asking.claims import Claim
from agents.asking.extract import asked_words, units, words
from agents.asking.sources import Found, Sources
from workspace.evidence import Evidence
from workspace.tie_out.figures import Figure, recognise

PASSAGES = 8
LONGEST = 1600  # characters of a passage that a model gets
CARRIED = 0.7  # share of a sentence's words that its sources must hold
# Figures without which a sentence does not pass, and those of them that may merely repeat the question.
_HARD = ("money", "date", "percent", "tax_id", "citation", "notice", "name")
_REPEATED = ("date", "notice")
# What a model says of itself ("I have sent it") is no statement about the file, whatever a document told it to say.
_ITSELF = re.compile(r"\s*(?:I(?:['’]\w+)?\s|as an? (?:AI|assistant|language model)\b)", re.IGNORECASE)


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


def held(text: str, cited: Sequence[str], given: Mapping[str, Source], asked: str, client: str) -> Claim | None:
    """The sentence with the evidence of its sources; None when they do not carry it. `asked` is the question, whose words and days a
    sentence may repeat, `client` the client's name."""
    named = [given[number] for number in dict.fromkeys(cited) if number in given]
    if not named or not text.strip() or _ITSELF.match(text):
        return None
    figures = recognise(text, guess_names=True)
    loose = [figure for figure in figures if not any(_carries(source, figure) for source in named)]
    elsewhere = {figure: next((one for one in given.values() if _carries(one, figure)), None) for figure in loose}
    named += [source for source in elsewhere.values() if source is not None]
    missing = [figure for figure in loose if elsewhere[figure] is None and not _is_client(figure, client)]
    repeated = {(figure.type, figure.value) for figure in recognise(asked) if figure.type in _REPEATED}
    if any(f.type in _HARD and (f.type, f.value) not in repeated for f in missing) or not _worded(text, named, asked):
        return None
    evidence = tuple(dict.fromkeys(e for source in named for e in _evidence(source, text)))
    return Claim(" ".join(text.split()), evidence, tuple(f.text for f in missing)) if evidence else None


def _is_client(figure: Figure, client: str) -> bool:
    return figure.type == "name" and set(words(figure.text)) <= set(words(client))


def _carries(source: Source, figure: Figure) -> bool:
    if figure.type == "name":
        return set(words(figure.text)) <= set(words(source.text))
    return (figure.type, figure.value) in _values(source.text)


def _worded(text: str, named: Sequence[Source], question: str) -> bool:
    stems = asked_words(text)
    known = set(words(" ".join([question, *(source.text for source in named)])))
    return not stems or len(stems & known) / len(stems) >= CARRIED


def _evidence(source: Source, text: str) -> tuple[Evidence, ...]:
    """The proof of a record's sentence; of a passage the place that shares most with the sentence, and one more for each figure of
    the sentence that stands elsewhere in it."""
    if source.claim is not None:
        return source.claim.evidence
    passage = source.passage
    if passage is None:
        return ()
    stems, wanted = set(words(text)), _values(text)
    places = [(start, end, passage.text[start:end]) for start, end, _ in units(passage.text)]
    chosen: list[tuple[int, int]] = []
    while wanted or not chosen:
        open_to = [place for place in places if not chosen or wanted & _values(place[2])]
        shared = [
            (3 * len(wanted & _values(unit)) + len(stems & set(words(unit))), start, end)
            for start, end, unit in open_to
        ]
        score, start, end = max(shared, key=lambda one: (one[0], -one[1]), default=(0, 0, 0))
        if not score:
            break
        chosen.append((start, end))
        wanted = wanted - _values(passage.text[start:end])
    return tuple(passage.quote(passage.start + start, passage.start + end) for start, end in sorted(chosen))


@lru_cache(maxsize=1024)
def _values(text: str) -> frozenset[tuple[str, str]]:
    """The figures of a text by type and value; kept, since every sentence of an answer is held against the same few places."""
    return frozenset((figure.type, figure.value) for figure in recognise(text))
