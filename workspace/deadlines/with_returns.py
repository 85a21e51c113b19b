"""Which form goes with a return: the one that asks for more time, and the one that the taxpayer signs to have it filed electronically.

Owns the two tables and their authority. Never says whether a return is to be extended, or when.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Companion:
    """`form_of` has a form's number by the return's ("1120-S": "7004")."""

    what: str
    authority: str
    form_of: Mapping[str, str]


EXTENSION = "extension_form"
SIGNATURE = "signature_form"
COMPANIONS: Mapping[str, Companion] = {
    EXTENSION: Companion(
        "Extension of a return",
        "Instructions for Forms 4868, 7004 and 8868",
        {"1040": "4868", "1041": "7004", "1065": "7004", "1120": "7004", "1120-S": "7004", "990": "8868"},
    ),
    SIGNATURE: Companion(
        "Signature for electronic filing",
        "IRS Publications 1345 and 4163",
        {
            "1040": "8879",
            "1041": "8879-F",
            "1065": "8879-PE",
            "1120": "8879-CORP",
            "1120-S": "8879-CORP",
            "990": "8879-TE",
        },
    ),
}
