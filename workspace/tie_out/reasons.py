"""Why a figure is untied, in words that a reviewer reads.

Owns the wording. Decides nothing.
"""

from collections.abc import Iterator, Sequence

from workspace.tie_out.claims import Claim
from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure
from workspace.tie_out.numbers import decimal_of

NOTHING = "No record and no passage of this client carries this figure."
_ROUNDED = 20  # a figure within a twentieth of a fact's is taken for a rounding of it


def not_its_label(fact: Fact, said: str, *, stands: bool) -> str:
    """The value is on file, as something else; `said` is what the words call it, "" where they call it nothing. `stands`: the arithmetic
    behind it holds."""
    if not said and not stands:
        return f"The arithmetic behind {fact.text} does not hold."
    if not said and not fact.label:
        return f"{fact.text} stands in the file, which does not say that it is this."
    return (
        f"The file has {fact.text} as {_label(fact)}; the sentence {f'says “{said}”' if said else 'does not say so'}."
    )


def not_in_order(one: str, other: str) -> str:
    """Of two figures the sentence says which is the larger, or a part of the other, and they are not."""
    return f"{one} and {other} cannot stand to each other as the sentence says: one of the two stands in the other's place."


def in_the_others_place(fact: Fact, other: Fact) -> str:
    """Two figures of a sentence fit its words better the other way round."""
    held = f"The file has {fact.text} as {_label(fact)} and {other.text} as {_label(other)}"
    return f"{held}: the sentence seems to have them in each other's place."


def stale(fact: Fact, facts: Sequence[Fact]) -> str:
    """The value was on file once."""
    now = next((one for one in facts if one.type == fact.type and one.label == fact.label and fact.label), None)
    held = f"{fact.text} was {_label(fact)} until {fact.gone}"
    return f"{held}; it is {now.text} now." if now else f"{held}; it no longer is."


def no_source(figure: Figure, claim: Claim, facts: Sequence[Fact]) -> str:
    """The value is not on file: what is, where the words or a rounding say which fact was meant."""
    if not any(one.isdigit() for one in figure.value):
        return (
            NOTHING if figure.type == "name" else f"“{figure.text}” names no figure that could be traced: write it out."
        )
    meant = next(_like(figure, claim, facts), None)
    if meant is None:
        return NOTHING
    return f"The file has {meant.text} as {_label(meant)}{', not rounded' if _near(figure, meant) else ''}."


def _like(figure: Figure, claim: Claim, facts: Sequence[Fact]) -> Iterator[Fact]:
    alike = [one for one in facts if one.type == figure.type and one.label]
    meant = [one for one in alike if one.senses & claim.senses]
    near = [one for one in alike if _near(figure, one)]
    yield from (one for one in meant if one in near)
    if len({one.canonical for one in meant}) == 1:  # of several nobody could say which was meant
        yield meant[0]
    yield from near


def _near(figure: Figure, fact: Fact) -> bool:
    said, held = decimal_of(figure.value), decimal_of(fact.canonical)
    if figure.type not in ("money", "percent") or said is None or held is None or not held:
        return False
    return abs(said - held) * _ROUNDED <= abs(held)


def _label(fact: Fact) -> str:
    return fact.label or fact.name.replace("_", " ")
