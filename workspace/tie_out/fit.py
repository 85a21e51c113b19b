"""Whether a fact is what the words around a figure claim: its label, its period, whose tax, how often, the way it moved.

Where either side says nothing, it fits: only a contradiction unties.
"""

from collections.abc import Sequence
from decimal import Decimal

from workspace.evidence import DocumentEvidence, MessageEvidence
from workspace.tie_out.claims import Claim, claim_of, cover
from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure, recognise
from workspace.tie_out.labels import ASPECTS, are_kin, contradicts, head_of, is_general, turns
from workspace.tie_out.numbers import decimal_of

_SIGNED = ("money", "percent")
_SMALL = frozenset(
    "the a an of to for in on by at with under is was date amount total my our your their his her its".split()  # noqa: SIM905
)
_LEAST = 2  # words that have to be the same before a passage is taken to be what a sentence repeats
_TURNS = frozenset(
    "no not never nor without would could might may should if unless almost nearly cannot don't don’t didn't didn’t".split()  # noqa: SIM905
)
_TO_COME = frozenset(("due", "answer", "maturity", "expiry", "lease_end", "give_notice"))
_HAPPENED = frozenset(
    (
        "notice",
        "paid",
        "deposited",
        "issued",
        "filed",
        "served",
        "signed",
        "sent",
        "contract",
        "stopped",
        "replied",
        "pay_date",
    )
)


def misfit(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """What the words claim that the fact is not ("refund", "2025"); "" where it fits. `facts` are all of the file: a label that only this
    file has is contradicted by another label of the file alone."""
    if not fact.label:
        return ""
    return (
        _label(fact, claim, facts)
        or _aspect(fact, claim)
        or _period(fact, claim)
        or _direction(fact, claim)
        or _day(fact, claim)
        or _unknown(fact, claim)
    )


def supports(fact: Fact, claim: Claim) -> bool:
    """Whether the words around a figure say what the fact's label says, or of a deadline that something has to be by then; silence is no
    support."""
    said = {sense for one in claim.near for sense in one.senses}
    to_come = claim.day == "to come" and bool(fact.senses & _TO_COME)
    return to_come or bool(fact.senses & (said | claim.senses))


def quotes(fact: Fact, claim: Claim) -> bool:
    """Whether the clause of a figure says no word that the clause of the passage behind the fact does not say of it, and turns nothing
    round: "You sold the van for $8,450" of a mail's "We sold the van for $8,450 yesterday"."""
    if not isinstance(fact.evidence, DocumentEvidence | MessageEvidence) or len(claim.words) < _LEAST:
        return False
    figures = recognise(fact.evidence.quote)
    covered = cover(fact.evidence.quote, figures)
    said = (claim_of(covered, figures, one).words for one in figures if _is_value(one, fact))
    return any(claim.words <= words and not (words - claim.words) & _TURNS for words in said)


def _is_value(figure: Figure, fact: Fact) -> bool:
    return figure.type == fact.type and figure.value == fact.canonical


def says_loss(fact: Fact, value: str, figure: Figure, claim: Claim) -> bool:
    """Whether a figure without a sign is the fact's negative amount, because the words call it a loss or a fall."""
    if figure.type not in _SIGNED or fact.type != figure.type or not fact.label or not value.startswith("-"):
        return False
    if value[1:] != figure.value:
        return False
    return "loss" in claim.senses if figure.type == "money" else claim.moved == -1


def _label(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    own = _meanings(fact)
    if claim.became is not None and turns(claim.became.senses, own):
        return claim.became.text
    heads = [one for one in claim.heads if not is_general(one.senses)] or claim.heads
    if not heads or not own or not all(contradicts(one.senses, own) for one in heads):
        return ""
    if not claim.bound and any(one.senses & own for one in claim.near):
        return ""  # the clause says it too, in a place that reading by neighbours takes for another's
    hard = [one for one in heads if not are_kin(fact.type, one.senses, own)]
    said = (hard or claim.heads)[-1].text
    others = (one for one in facts if one.type == fact.type and one.canonical != fact.canonical)
    kin = frozenset(one for one in claim.senses if are_kin(fact.type, frozenset((one,)), own))
    if any(one.senses & (kin or claim.senses) for one in others):
        return said  # another figure of the file is what the words say
    of_this_file = all(one.startswith("=") for one in own)
    if of_this_file or (kin and not hard) or _same_word(fact, said):
        return ""
    return said


def _same_word(fact: Fact, said: str) -> bool:
    """Whether the words are the label's own, though the list takes them for another's: "your notice of" of the notice date."""
    words = set(said.casefold().split()) - _SMALL
    return bool(words) and words <= set(head_of(fact.label).split())


def _meanings(fact: Fact) -> frozenset[str]:
    """The label's senses; a profit below zero may be called a loss and a loss above zero may not be called a profit."""
    amount = decimal_of(fact.canonical)
    if fact.type == "money" and amount is not None and amount < 0 and "profit" in fact.senses:
        return fact.senses | {"loss"}
    return fact.senses


def _aspect(fact: Fact, claim: Claim) -> str:
    for aspect in ASPECTS:
        held = {sense for name, sense in fact.aspects if name == aspect}
        said = {sense for name, sense in claim.aspects if name == aspect}
        if held and said and not held & said:
            return min(said)
    return ""


def _period(fact: Fact, claim: Claim) -> str:
    if not fact.periods or not claim.periods:
        return ""
    if any(_meet(said, held) for said in claim.periods for held in fact.periods):
        return ""
    return claim.periods[0]


def _meet(said: str, held: str) -> bool:
    """Whether two periods can be the same: "2025" and "2025-Q3" can, "-Q3" is any year's."""
    if said.startswith("-"):
        return said == held[4:] or len(held) == 4
    shorter, longer = sorted((said, held), key=len)
    return longer.startswith(shorter)


def _unknown(fact: Fact, claim: Claim) -> str:
    """What the words call the figure and no list knows, where nothing beside it says what the fact is."""
    if not claim.unknown or supports(fact, claim) or _same_word(fact, claim.unknown):
        return ""
    return claim.unknown


def _day(fact: Fact, claim: Claim) -> str:
    """A deadline is no day on which something was done, and the other way about."""
    if claim.day == "happened" and fact.senses <= _TO_COME:
        return "that it happened then"
    if claim.day == "to come" and fact.senses <= _HAPPENED:
        return "that it has to happen by then"
    return ""


def _direction(fact: Fact, claim: Claim) -> str:
    amount = decimal_of(fact.canonical)
    if fact.type != "percent" or "change" not in fact.senses or not amount or not claim.moved:
        return ""
    if (amount > Decimal(0)) == (claim.moved > 0) or amount < 0:
        return ""
    return "a decrease"
