"""How the value of a fact is said in a sentence."""

from workspace.signals.words import day, dollars, plain
from workspace.snapshot import Fact


def spoken(fact: Fact) -> str:
    """A fact's value as a sentence says it: "$6,000", "April 15, 2030", "7.5%"; text as it was read."""
    if fact.type == "money" and fact.number is not None:
        return dollars(fact.number)
    if fact.type == "date" and fact.day is not None:
        return day(fact.day)
    if fact.type == "percent" and fact.number is not None:
        return f"{plain(fact.number)}%"
    return fact.value
