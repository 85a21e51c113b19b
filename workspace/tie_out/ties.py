"""Ties every figure of a text to a fact, or marks it untied (the product's law 7).

A figure is tied when its type and canonical value are those of a fact; nothing else helps it: not the same digits in another type,
not a rounding, not a name that is almost the client's. Facts come from records, quotes and arithmetic; the arithmetic is done again.
Never changes the text, never decides whether it may leave: a person does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workspace.evidence import DerivedEvidence, Evidence, from_json, to_json
from workspace.tie_out import derive, names
from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure, recognise

Status = Literal["tied", "derived", "untied"]


@dataclass(frozen=True)
class Tickmark:
    """The proof beside characters `start` to `end` (end excluded) of the text; `evidence` is None when it is untied."""

    start: int
    end: int
    text: str
    status: Status
    evidence: Evidence | None


def tie_out(
    text: str,
    facts: Sequence[Fact],
    *,
    known_names: Sequence[str] = (),
    allowed: Sequence[str] = (),
    guess_names: bool = False,
) -> tuple[Tickmark, ...]:
    """One tickmark for every figure of `text`, in order, none overlapping; spans count characters of the whole text.

    `facts`: what the writer was given. `known_names`: names that would be recognised in the text, other clients' above all; only
    a fact ties one. `allowed`: a template's own fixed phrases ("Form 8879", "Section 6213(a)", "within 60 days"); a figure inside
    such a phrase is the template's and gets no tickmark, so pass phrases and never bare numbers. `guess_names`: also take any run of
    capitalised words for a name; for texts that a model has worded.
    """
    called = [name for fact in facts if fact.type == "name" for name in (fact.value, fact.text)]
    fixed = _phrases(text, allowed)
    ledger = _Ledger(facts, known_names)
    return tuple(
        ledger.tick(figure)
        for figure in recognise(text, [*called, *known_names], guess_names=guess_names)
        if not any(start <= figure.start and figure.end <= end for start, end in fixed)
    )


def verify_quote(page_text: str, start: int, end: int, quote: str) -> bool:
    """Whether `quote` is, to the letter, what stands at `start` to `end` of the stored text of its page."""
    return bool(quote) and 0 <= start < end <= len(page_text) and page_text[start:end] == quote


def tickmark_to_json(tickmark: Tickmark) -> dict[str, Any]:
    """The tickmark as the contract's JSON."""
    evidence = to_json(tickmark.evidence) if tickmark.evidence is not None else None
    span = {"start": tickmark.start, "end": tickmark.end, "text": tickmark.text}
    return {**span, "status": tickmark.status, "evidence": evidence}


def tickmark_from_json(data: Mapping[str, Any]) -> Tickmark:
    """The tickmark that `tickmark_to_json` wrote."""
    evidence = from_json(data["evidence"]) if data["evidence"] is not None else None
    return Tickmark(data["start"], data["end"], data["text"], data["status"], evidence)


class _Ledger:
    """The facts, ready to be asked: by type and value, and by what may be said short."""

    def __init__(self, facts: Sequence[Fact], known_names: Sequence[str]) -> None:
        self.facts = facts
        self.readings = [(fact, fact.canonical, fact.unit) for fact in facts]
        self.strangers = {names.tokens_of(name) for name in known_names}

    def tick(self, figure: Figure) -> Tickmark:
        for fact in [*self._exact(figure), *self._short(figure)]:
            if not isinstance(fact.evidence, DerivedEvidence):
                return Tickmark(figure.start, figure.end, figure.text, "tied", fact.evidence)
            if derive.proves(fact):
                return Tickmark(figure.start, figure.end, figure.text, "derived", fact.evidence)
        return Tickmark(figure.start, figure.end, figure.text, "untied", None)

    def _exact(self, figure: Figure) -> Iterable[Fact]:
        for fact, value, unit in self.readings:
            # "12 days" is not twelve hours and not twelve items; a count whose fact names no unit stands for any. What cannot be read as a
            # value ("#0") is compared as it is written.
            same = value == figure.value or fact.text == figure.text
            if fact.type == figure.type and same and unit in ("", figure.unit):
                yield fact

    def _short(self, figure: Figure) -> Iterable[Fact]:
        """Facts that the figure says in short (no year, hidden digits, no legal form), while only one value can be meant."""
        meant = [
            fact for fact, value, _ in self.readings if fact.type == figure.type and _says_short(figure, fact, value)
        ]
        if len({fact.canonical for fact in meant}) != 1:
            return ()
        if figure.type == "name" and any(
            _same_short(figure, stranger) for stranger in self.strangers - {_words(meant[0])}
        ):
            return ()
        return meant


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
