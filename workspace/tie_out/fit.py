"""Whether a fact is what the words around a figure claim: its label, its period, whose tax, how often, the way it moved.

Where either side says nothing, it fits: only a contradiction unties.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from workspace.evidence import DerivedEvidence, DocumentEvidence, MessageEvidence
from workspace.tie_out.claims import Claim, claim_of, cover
from workspace.tie_out.direction import goes
from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure, recognise
from workspace.tie_out.in_labels import numbers_of
from workspace.tie_out.labels import ASPECTS, are_kin, contradicts, head_of, is_asked, is_general, senses_of, turns
from workspace.tie_out.numbers import decimal_of

_SIGNED = ("money", "percent")
_WORD = re.compile(r"[a-z]+")
_SPOKEN_OF = ("money", "date")
_SMALL = frozenset(
    "the a an of to for in on by at with under is was date amount total my our your their his her its".split()  # noqa: SIM905
)
_LEAST = 2  # words that have to be the same before a passage is taken to be what a sentence repeats
_TURNS = frozenset(
    "no not never nor without would could might may should if unless almost nearly cannot don't don’t didn't didn’t".split()  # noqa: SIM905
)
_EVENTS = frozenset(("hearing", "trial", "mediation", "meeting"))  # a sentence about one of them is about no other
_MARKED = frozenset(("budget",))  # never meant where it is not said
_NOT_OF_THE_PAST = frozenset(("budget", "minimum", "budgeted"))
_DEADLINES = frozenset(("due", "answer", "maturity", "expiry", "lease_end", "give_notice"))
_TO_COME = frozenset(
    "due answer maturity expiry lease_end give_notice petition barred instalment hearing trial".split()  # noqa: SIM905
)
_HAPPENED = frozenset(
    "notice paid deposited issued filed served signed sent contract stopped replied pay_date registered closed assessed received"  # noqa: SIM905
    " lease_start moved_out statement".split()
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
        or _way(fact, claim)
        or _unmarked(fact, claim, facts)
        or _only_another(fact, claim, facts)
        or _then(fact, claim, facts)
        or _measured(fact, claim)
        or _qualified(fact, claim, facts)
        or _counted_from(fact, claim, facts)
        or _of_so_many(fact, claim, facts)
    )


def names_it(fact: Fact, claim: Claim) -> bool:
    """Whether the words around a figure say what the fact's label says; silence does not."""
    return bool(fact.senses & (frozenset(sense for one in claim.near for sense in one.senses) | claim.senses))


def supports(fact: Fact, claim: Claim) -> bool:
    """Whether they do, or say of a deadline that something has to be by then."""
    return names_it(fact, claim) or (claim.day == "to come" and bool(fact.senses & _DEADLINES))


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
    if figure.type == "percent":
        return claim.moved == -1
    bracketed = claim.bracketed and all(is_general(one.senses) or one.senses & fact.senses for one in claim.heads)
    return bracketed or "loss" in claim.senses


def _label(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    own = _meanings(fact)
    if claim.became is not None and turns(claim.became.senses, own):
        return claim.became.text
    if claim.limit and own & _TO_COME and all(one.senses <= _HAPPENED for one in claim.heads):
        return ""  # what has to be done by a day, and no name of the day
    heads = [one for one in claim.heads if not is_general(one.senses)] or claim.heads
    if claim.bound and fact.type == "money" and not is_general(claim.bound.senses):
        heads = [claim.bound]
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
    spoken = fact.type in _SPOKEN_OF and all(one.loose for one in hard or claim.heads)
    return "" if spoken else said  # a turn of speech that means nothing else of this file


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
    if not claim.aspects:
        return ""
    for aspect in ASPECTS:
        if not is_asked(aspect, fact.type):
            continue
        held = {sense for name, sense in fact.aspects if name == aspect} or _usual(fact, aspect)
        said = {sense for name, sense in claim.aspects if name == aspect}
        if held and said and not held & said:
            return min(said)
    return ""


def _usual(fact: Fact, aspect: str) -> set[str]:
    """What a label need not say: interest is by the year."""
    by_the_year = aspect == "frequency" and fact.type == "percent" and fact.senses == {"interest"}
    return {"year"} if by_the_year else set()


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


def _way(fact: Fact, claim: Claim) -> str:
    """Money that goes from the client is none that comes to the client."""
    goes_itself = goes(fact.senses)
    if not claim.way or not goes_itself or claim.way == goes_itself:
        return ""
    return "that it comes to the client" if claim.way == "in" else "that the client pays it"


def _unmarked(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """What an amount is called that is not called planned, of a budget's: "sales were $9,000" where the sales are another figure."""
    if (
        not claim.clause
        or not fact.senses & _MARKED
        or any(one.senses & _MARKED for one in (*claim.clause, *claim.near))
    ):
        return ""
    plain = fact.senses - _MARKED
    rivals = [
        one for one in facts if one.type == fact.type and one.senses == plain and set(one.periods) == set(fact.periods)
    ]
    if rivals and any(one.senses & plain for one in claim.near):
        return rivals[0].label.partition(",")[0]
    return ""


def _only_another(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """What the clause names that is nothing of the fact's label, where it names nothing else. What is near to it counts where the file has
    just that besides: "April 16 for the trial" where the trial is another day."""
    own = _meanings(fact)
    if fact.type == "date" and not own <= _EVENTS:
        return ""
    verbs_only = fact.type == "date" and all(one.loose for one in claim.heads)
    if (
        (claim.heads and not verbs_only)
        or not claim.clause
        or any(one.senses & own for one in (*claim.near, *claim.clause))
    ):
        return ""
    rivals = [one.senses for one in facts if one.type == fact.type and one.canonical != fact.canonical]
    hard = [
        one
        for one in claim.clause
        if not is_general(one.senses) and (one.senses in rivals or not are_kin(fact.type, one.senses, own))
    ]
    if fact.type == "date":
        hard = [one for one in hard if one.senses <= _EVENTS]
    return hard[-1].text if hard else ""


def _then(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """That it is the last period's, of a figure that the file has for that period too, or of a plan or a floor; or the other way about."""
    if not claim.then:
        return ""
    said = "the period before" if claim.then < 0 else "this period"
    if claim.then < 0 and fact.senses & _NOT_OF_THE_PAST:
        return said
    head = head_of(fact.label)
    twins = {
        one for other in facts if other.type == fact.type and head_of(other.label) == head for one in other.periods
    }
    alike = sorted(one for one in twins if fact.periods and len(one) == len(fact.periods[0]))
    if len(alike) < 2 or not fact.periods:
        return ""
    return said if fact.periods[0] == (alike[-1] if claim.then < 0 else alike[0]) else ""


def _measured(fact: Fact, claim: Claim) -> str:
    """The amount that is said to have changed, of a change in another: "profit rose 9.6%" of the change in revenue."""
    head = head_of(fact.label)
    if not claim.measured or not head.startswith("change in "):
        return ""
    own = senses_of("money", head.removeprefix("change in "))
    hard = [one for one in claim.measured if not is_general(one.senses) and not are_kin("money", one.senses, own)]
    if not hard or any(one.senses & own for one in claim.measured):
        return ""
    return hard[-1].text if all(contradicts(one.senses, own) for one in hard) else ""


def _qualified(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """The word by which another figure of the file of the same name is told from this one: "gross sales" of the taxable sales."""
    own = _head_words(fact.label)
    for one in facts:
        if one.type != fact.type or one.canonical == fact.canonical or not one.senses & fact.senses:
            continue
        other = _head_words(one.label)
        mine, its = own - other, other - own
        if own & other and mine and its and its <= claim.words and not mine & claim.words:
            return " ".join(sorted(its))
    return ""


@lru_cache(maxsize=4096)
def _head_words(label: str) -> frozenset[str]:
    return frozenset(_WORD.findall(head_of(label))) - _SMALL


def _counted_from(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """The day from which the words count, of days that were counted from another: "21 days after filing" of the days from service."""
    if not claim.counted_from or not isinstance(fact.evidence, DerivedEvidence):
        return ""
    if not fact.evidence.formula.startswith("days_between("):
        return ""
    counted = [one for one in facts if one.type == "date" and one.evidence in fact.evidence.inputs]
    own = frozenset(sense for one in counted for sense in one.senses)
    others = [one for one in facts if one.type == "date" and one not in counted]
    hard = [
        one for one in claim.counted_from if not one.senses & own and any(one.senses & each.senses for each in others)
    ]
    said_too = any(one.senses & own for one in claim.counted_from)
    return hard[0].text if own and hard and not said_too else ""


def _of_so_many(fact: Fact, claim: Claim, facts: Sequence[Fact]) -> str:
    """A number of the clause that another figure of the file of the same sense is told by: "the first three customers" of the largest's
    share."""
    if fact.type == "count" or not claim.numbers:
        return ""
    own = numbers_of(fact)
    for one in facts:
        if one.type != fact.type or one.canonical == fact.canonical or not one.senses & fact.senses:
            continue
        said = (numbers_of(one) - own) & claim.numbers
        if said and not own & claim.numbers:
            return head_of(one.label)
    return ""


def _day(fact: Fact, claim: Claim) -> str:
    """A deadline is no day on which something was done, and the other way about."""
    if claim.day == "happened" and fact.senses and (fact.senses <= _TO_COME or "due" in fact.senses):
        return "that it happened then"
    if claim.day == "to come" and fact.senses and fact.senses <= _HAPPENED:
        return "that it has to happen by then"
    return ""


def _direction(fact: Fact, claim: Claim) -> str:
    amount = decimal_of(fact.canonical)
    if fact.type != "percent" or "change" not in fact.senses or not amount or not claim.moved:
        return ""
    if (amount > Decimal(0)) == (claim.moved > 0) or amount < 0:
        return ""
    return "a decrease"
