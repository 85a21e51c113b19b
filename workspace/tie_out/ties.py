"""Ties every figure of a text to a fact, or marks it untied (the product's law 7).

A figure is tied when its type and canonical value are those of a fact, and the words around it do not claim another thing than the
fact's label says; nothing else helps it: not the same digits in another type, not a rounding, not a name that is almost the client's.
Facts come from records, quotes and arithmetic; the arithmetic is done again.
Never changes the text, never decides whether it may leave: a person does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from workspace.evidence import DerivedEvidence, Evidence, from_json, to_json
from workspace.tie_out import derive, names
from workspace.tie_out.claims import Claim, claim_of, cover
from workspace.tie_out.fact import Fact, canonical
from workspace.tie_out.figures import Figure, recognise
from workspace.tie_out.fit import misfit, names_it, quotes, says_loss, supports
from workspace.tie_out.in_labels import that_names
from workspace.tie_out.labels import head_of, own_words
from workspace.tie_out.loosely import is_meant
from workspace.tie_out.order import out_of_order
from workspace.tie_out.reasons import in_the_others_place, no_source, not_in_order, not_its_label, stale
from workspace.tie_out.roles import role_of
from workspace.tie_out.strangers import near
from workspace.tie_out.swapped import Placed, backwards, swapped

# The types of which one value can stand for many things; a form or a name says itself what it is.
_LABELLED = {"money", "date", "percent", "count"}
_WITH_UNITS = ("count", "percent")
# The unit of "eleven times": of instalments, of what is covered, and of nothing that is not said beside it.
_OFTEN = "time"
_SO_OFTEN = re.compile(
    r"\b(?:pay\w*|paid|instal\w+|plan|cover\w*|(?:a|per|each|every)\s+(?:week|month|quarter|year))\b", re.I
)
_REACH = 80  # characters
_ENDS = re.compile(r"[.!?;\n]\s")
Status = Literal["tied", "derived", "untied"]
_Reading = tuple[Fact, str, str]  # a fact, its canonical value, its unit


@dataclass(frozen=True)
class Tickmark:
    """The proof beside characters `start` to `end` (end excluded) of the text. Untied: `evidence` is None, and `reason` says why in words
    for a reviewer; "" otherwise. `label` is what the file calls the figure that it was held against, "" where no label is known."""

    start: int
    end: int
    text: str
    status: Status
    evidence: Evidence | None
    reason: str = ""
    label: str = ""


def tie_out(
    text: str,
    facts: Sequence[Fact],
    *,
    on_file: Sequence[Fact] = (),
    known_names: Sequence[str] = (),
    allowed: Sequence[str] = (),
    guess_names: bool = False,
) -> tuple[Tickmark, ...]:
    """One tickmark for every figure of `text`, in order, none overlapping; spans count characters of the whole text.

    `facts`: what the writer was given. `on_file`: what else the client's file holds, for a text that a person worded; among so many
    values one may be right by chance, so an amount, a date, a share or a count of these is tied only where the words say what it is.
    `known_names`: names that would be recognised in the text, other clients' above all; only a fact ties one. `allowed`: a template's
    own fixed phrases ("Form 8879", "Section 6213(a)", "within 60 days"); a figure inside such a phrase is the template's and gets no
    tickmark, so pass phrases and never bare numbers. `guess_names`: also take any run of capitalised words for a name; for texts that a
    model has worded.
    """
    called = [name for fact in (*facts, *on_file) if fact.type == "name" for name in (fact.value, fact.text)]
    known_names = near(known_names, text)
    fixed = _phrases(text, allowed)
    ledger = _Ledger(facts, on_file, known_names)
    read = [ledger.plain(one) for one in recognise(text, [*called, *known_names], guess_names=guess_names)]
    figures = [ledger.with_unit(text, read, one) for one in read]
    covered = cover(text, [one for one in figures if not ledger.is_label(one)])
    marks = [
        ledger.tick(covered, figures, figure)
        for figure in figures
        if not any(start <= figure.start and figure.end <= end for start, end in fixed)
    ]
    return tuple(_without_swapped(text, marks, ledger.placed))


def verify_quote(page_text: str, start: int, end: int, quote: str) -> bool:
    """Whether `quote` is, to the letter, what stands at `start` to `end` of the stored text of its page."""
    return bool(quote) and 0 <= start < end <= len(page_text) and page_text[start:end] == quote


def tickmark_to_json(tickmark: Tickmark) -> dict[str, Any]:
    """The tickmark as the contract's JSON."""
    evidence = to_json(tickmark.evidence) if tickmark.evidence is not None else None
    span = {"start": tickmark.start, "end": tickmark.end, "text": tickmark.text}
    said = {key: value for key, value in (("reason", tickmark.reason), ("label", tickmark.label)) if value}
    return {**span, "status": tickmark.status, "evidence": evidence, **said}


def tickmark_from_json(data: Mapping[str, Any]) -> Tickmark:
    """The tickmark that `tickmark_to_json` wrote."""
    evidence = from_json(data["evidence"]) if data["evidence"] is not None else None
    said = (data.get("reason", ""), data.get("label", ""))
    return Tickmark(data["start"], data["end"], data["text"], data["status"], evidence, *said)


def _without_swapped(text: str, marks: Sequence[Tickmark], placed: Sequence[Placed]) -> Iterator[Tickmark]:
    """The marks, but those untied that stand in each other's place."""
    pairs = (*swapped(text, placed), *backwards(text, placed))
    others = {one.figure.start: (one, other) for pair in pairs for one, other in (pair, pair[::-1])}
    for mark in marks:
        pair = others.get(mark.start)
        why = in_the_others_place(pair[0].fact, pair[1].fact) if pair else ""
        yield Tickmark(mark.start, mark.end, mark.text, "untied", None, why) if pair else mark


class _Ledger:
    """The facts, ready to be asked: by type and value, and by what may be said short."""

    def __init__(self, facts: Sequence[Fact], on_file: Sequence[Fact], known_names: Sequence[str]) -> None:
        self.placed: list[Placed] = []  # what was tied, with the words around it
        self.all = tuple(fact for fact in (*facts, *on_file) if not fact.gone)
        self.given = _readings(fact for fact in facts if not fact.gone)
        self.found = _readings(fact for fact in on_file if not fact.gone)
        self.gone = _readings(fact for fact in (*facts, *on_file) if fact.gone)
        self.strangers = {names.tokens_of(name) for name in known_names}
        self.decimals = {fact.canonical for fact in self.all if fact.type == "count" and "." in fact.canonical}
        self.labelled = {fact.type for fact in self.all if fact.label} & _LABELLED
        self.lines = {
            canonical("name", head_of(fact.label)) for fact in self.all if fact.label and fact.type in _LABELLED
        }
        self.named = any(fact.type == "name" and fact.label for fact in self.all)

    def is_label(self, figure: Figure) -> bool:
        """Whether a name is what the file calls a figure, as a line of a statement is ("1300 Inventory"): its words are a label."""
        return figure.type == "name" and figure.value in self.lines

    def plain(self, figure: Figure) -> Figure:
        """A bare number with two decimals is read as money; where the file has just this number as a count ("1.31"), it is that."""
        if figure.type != "money" or figure.text not in self.decimals:
            return figure
        return replace(figure, type="count", value=canonical("count", figure.text))

    def with_unit(self, text: str, figures: Sequence[Figure], figure: Figure) -> Figure:
        """A count that leaves out the unit of the one before it in its sentence ("24 hours and it took 31.5"), where only a fact with that
        unit has its value."""
        if figure.type != "count" or figure.unit:
            return figure
        before = [one for one in figures if one.type == "count" and one.unit and one.end <= figure.start]
        if not before or _ENDS.search(text, before[-1].end, figure.start):
            return figure
        units = {unit for _, value, unit in (*self.given, *self.found) if value == figure.value}
        return replace(figure, unit=before[-1].unit) if units == {before[-1].unit} else figure

    def tick(self, covered: str, figures: Sequence[Figure], figure: Figure) -> Tickmark:
        other = out_of_order(covered, figures, figure)
        if other is not None:
            reason = not_in_order(figure.text, other.text)
            return Tickmark(figure.start, figure.end, figure.text, "untied", None, reason)
        claim = self._claim(covered, figures, figure)
        if figure.unit == _OFTEN and not _SO_OFTEN.search(covered, max(0, figure.start - _REACH), figure.end + _REACH):
            return Tickmark(figure.start, figure.end, figure.text, "untied", None, no_source(figure, claim, ()))
        wrong: list[tuple[Fact, str]] = []
        for fact in self._meant(self.given, figure, claim):
            why = misfit(fact, claim, self.all)
            if why and is_meant(fact, claim, covered, figures, figure, self.placed, self.all):
                why = ""
            if not why and _stands(fact):
                self.placed.append(Placed(figure, claim.words, fact, names_it(fact, claim)))
                return _proven(figure, fact)
            wrong.append((fact, why))
        for fact in self._meant(self.found, figure, claim):
            why = misfit(fact, claim, self.all)
            said = figure.type not in _LABELLED or supports(fact, claim) or quotes(fact, claim)
            if not why and said and _stands(fact):
                self.placed.append(Placed(figure, claim.words, fact, names_it(fact, claim)))
                return _proven(figure, fact)
            wrong.append((fact, why))
        named = that_names(self.all, covered, figure, claim.words)
        if named is not None:
            return Tickmark(figure.start, figure.end, figure.text, "tied", named.evidence, label=named.label)
        return Tickmark(figure.start, figure.end, figure.text, "untied", None, self._reason(figure, claim, wrong))

    def _claim(self, covered: str, figures: Sequence[Figure], figure: Figure) -> Claim:
        if figure.type == "name" and self.named:
            return role_of(covered, figures, figure)
        if figure.type not in self.labelled and figure.type != "tax_id":
            return Claim()
        own = [word for fact in self.all if fact.type == figure.type for word in own_words(fact.type, fact.label)]
        return claim_of(covered, figures, figure, own)

    def _meant(self, readings: Sequence[_Reading], figure: Figure, claim: Claim) -> list[Fact]:
        """The facts that the figure can be, exact before short; a loss may be written without its sign where the words say so."""
        found = [*_exact(readings, figure, claim), *self._short(readings, figure, claim)]
        return found or [fact for fact, value, _ in readings if says_loss(fact, value, figure, claim)]

    def _reason(self, figure: Figure, claim: Claim, wrong: Sequence[tuple[Fact, str]]) -> str:
        before = [fact for fact in _exact(self.gone, figure, claim) if not misfit(fact, claim, self.all)]
        if before:
            return stale(before[0], self.all)
        if wrong:
            return not_its_label(*next((one for one in wrong if one[1]), wrong[0]), stands=_stands(wrong[0][0]))
        if figure.type == "name" and any(_same_short(figure, stranger) for stranger in self.strangers):
            return "This is the name of another client of the firm."
        return no_source(figure, claim, self.all)

    def _short(self, readings: Sequence[_Reading], figure: Figure, claim: Claim) -> Iterable[Fact]:
        """Facts that the figure says in short (no year, hidden digits, no legal form), while only one value can be meant; of several dates
        the words may say which."""
        meant = [fact for fact, value, _ in readings if fact.type == figure.type and _says_short(figure, fact, value)]
        if figure.type == "date" and len({fact.canonical for fact in meant}) > 1:
            meant = [fact for fact in meant if names_it(fact, claim)]
        if len({fact.canonical for fact in meant}) != 1 and not _one_family(figure, meant):
            return ()
        if figure.type == "name" and any(
            _same_short(figure, stranger) for stranger in self.strangers - {_words(meant[0])}
        ):
            return ()
        return meant


def _stands(fact: Fact) -> bool:
    """Whether the arithmetic behind a fact holds; what was not computed stands as it is."""
    return not isinstance(fact.evidence, DerivedEvidence) or derive.proves(fact)


def _proven(figure: Figure, fact: Fact) -> Tickmark:
    status: Status = "derived" if isinstance(fact.evidence, DerivedEvidence) else "tied"
    label = fact.label if fact.type in _LABELLED else ""
    return Tickmark(figure.start, figure.end, figure.text, status, fact.evidence, label=label)


def _readings(facts: Iterable[Fact]) -> tuple[_Reading, ...]:
    return tuple((fact, fact.canonical, fact.unit if fact.type in _WITH_UNITS else "") for fact in facts)


def _exact(readings: Sequence[_Reading], figure: Figure, claim: Claim) -> Iterable[Fact]:
    for fact, value, unit in readings:
        # What cannot be read as a value ("#0") is compared as it is written.
        same = value == figure.value or fact.text == figure.text
        if fact.type == figure.type and same and _of_one_unit(fact, unit, figure, claim):
            yield fact


def _of_one_unit(fact: Fact, unit: str, figure: Figure, claim: Claim) -> bool:
    """Whether both count the same: "12 days" is not twelve hours and not twelve items. "Days outstanding: 12" says its unit elsewhere; a
    count whose fact names no unit stands for any, one that is labelled ("witnesses") only where the words say so."""
    if figure.unit == _OFTEN:
        return not unit and bool(fact.label) and supports(fact, claim)
    if unit == figure.unit:
        return True
    if unit and figure.unit:
        return False
    named = unit and (unit in claim.words or f"{unit}s" in claim.words)  # "hours of 31.5"
    return (not unit and (not fact.label or supports(fact, claim))) or bool(named or fact.senses & claim.senses)


def _one_family(figure: Figure, meant: Sequence[Fact]) -> bool:
    """Whether a last name alone stands for people of this file who share it, as a couple does."""
    return figure.type == "name" and len(meant) > 1 and all(_words(fact)[-1] == figure.value for fact in meant)


def _says_short(figure: Figure, fact: Fact, value: str) -> bool:
    short = figure.value
    if figure.type == "date":
        return short.startswith("--") and value[4:] == short[1:]
    if figure.type == "period":
        return short.startswith("-") and value[4:] == short
    if figure.type == "tax_id":
        return "X" in short and _hides(short, value)
    if figure.type == "name":
        return names.stands_for(tuple(short.split()), _words(fact))
    return False


def _hides(short: str, value: str) -> bool:
    """Whether `short` is `value` with digits hidden: the digits that are left stand in the same places."""
    if len(short) == 5:
        return value.endswith(short[1:])
    return len(short) == len(value) and all(one in ("X", other) for one, other in zip(short, value, strict=True))


def _same_short(figure: Figure, stranger: tuple[str, ...]) -> bool:
    return tuple(figure.value.split()) in (stranger, names.short_of(stranger))


def _words(fact: Fact) -> tuple[str, ...]:
    return tuple(fact.canonical.split())


def _phrases(text: str, allowed: Sequence[str]) -> list[tuple[int, int]]:
    """Where the fixed phrases stand, each on its own: "30 days" is not found inside "130 days" or "30 days' notice of $30 days"."""
    spans: list[tuple[int, int]] = []
    for phrase in {one for one in allowed if one.strip()}:
        at = text.find(phrase)
        while at >= 0:
            end = at + len(phrase)
            if _apart(text[max(0, at - 2) : at][::-1], phrase[0]) and _apart(text[end : end + 2], phrase[-1]):
                spans.append((at, end))
            at = text.find(phrase, end)
    return spans


def _apart(outside: str, inside: str) -> bool:
    """Whether the characters next to a phrase, nearest first, do not go on with its word or number. "§6330." ends a sentence."""
    if not outside or not inside.isalnum():
        return True
    next_to, beyond = outside[0], outside[1:]
    if inside.isdigit() and next_to in "$-.,":
        return next_to in ".," and not beyond.isdigit()
    return not next_to.isalnum()
