"""Which way money goes by the words around a figure: to the client ("the state sends you $40") or from it ("you sent the state $40").

Reads a verb of paying with its subject and its object right beside the figure. Says nothing of what the money is; that is labels.py.
"""

import re
from typing import Literal

from workspace.tie_out.inflect import forms

Way = Literal["", "in", "out"]
_PAY = "|".join(
    one
    for verb in (
        "pay",
        "send",
        "mail",
        "wire",
        "remit",
        "owe",
        "transfer",
        "refund",
        "give",
        "hand",
        "return",
        "reimburse",
        "forward",
    )
    for one in forms(verb)
)
_GET = "|".join(one for verb in ("get", "receive") for one in forms(verb))
_AUX = (
    r"(?:['’](?:ve|ll|d|re))?(?:\s+(?:have|had|has|will|would|must|should|can|may|still|already|just|now|then|really|only|also|did|do|even|once"
    r"|need\s+to|have\s+to|had\s+to|are\s+to|also|first))*"
)
_LAST = (
    r"(?:\s+(?:back|another|about|only|just|over|up|out|in|a\s+total\s+of|a\s+further|some|all\s+of|the\s+full|the|that|this|those|\ue000+))*"
    r"[\s*_]*$"
)
_WHOM = r"(?:\s+(?:to\s+)?(?:the\s+|your\s+|its\s+|their\s+)?(?:[\w’'.-]+)){0,3}"
_PASSIVE = r"(?:['’]re|\s+(?:are|were|have\s+been|will\s+be|had\s+been))"
_IN = re.compile(
    rf"\b(?:{_PAY})(?:\s+back)?\s+(?:to\s+)?(?:you|my\s+client){_LAST}"
    rf"|\byou{_AUX}\s+(?:{_GET}){_LAST}"
    rf"|\byou{_PASSIVE}(?:\s+(?:now|still|already|being|also))*\s+(?:{_PAY}){_LAST}"
    rf"|\b(?:we|I){_AUX}\s+(?:{_PAY})\s+(?:you|your\s+\w+){_LAST}",
    re.I,
)
_OUT = re.compile(
    rf"\byou{_AUX}\s+(?:{_PAY})(?!\s+(?:to\s+)?you\b){_WHOM}{_LAST}"
    rf"|\b(?:{_PAY})\s+(?:to\s+)?(?:us|me|them){_LAST}"
    rf"|\byou\s+to\s+(?:{_PAY}){_WHOM}{_LAST}"
    rf"|\byou{_AUX}\s+(?:write|wrote)\s+(?:them\s+|us\s+|the\s+\w+\s+)?a\s+check\s+(?:of|for){_LAST}",
    re.I,
)
_THEM = r"(?:the\s+|your\s+)?(?:IRS|Treasury|state|government|customers|city|county|agency|department|landlord|bank|tenant|company)\b"
_FROM_THEM = re.compile(rf"\s+(?:back\s+)?from\s+{_THEM}", re.I)
_TO_THEM = re.compile(rf"\s+(?:back\s+)?(?:to\s+{_THEM}|from\s+you\b)", re.I)
_TO_COME_IN = frozenset(
    ("refund", "receivable", "dividends", "distributions", "principal", "offer", "award", "ordinary_income")
)
_TO_GO_OUT = frozenset(
    "due tax penalty interest fee invoice balance payment retainer payable rent loan_balance estimate tax_deposit contribution"  # noqa: SIM905
    " fica".split()
)


def way_of(left: str, right: str = "") -> Way:
    """Which way the words before and behind a figure say that it goes; "" where they do not say, or both."""
    there = _IN.search(left) or _FROM_THEM.match(right)
    back = _OUT.search(left) or _TO_THEM.match(right)
    if bool(there) == bool(back):
        return ""
    return "in" if there else "out"


def goes(senses: frozenset[str]) -> Way:
    """Which way money of a label goes by itself, seen from the client; "" where that depends."""
    if senses and senses <= _TO_COME_IN:
        return "in"
    return "out" if senses and senses <= _TO_GO_OUT else ""
