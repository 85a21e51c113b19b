"""The states by the names that people write, and their codes. Two letters alone name a state only in capitals, so they are not here."""

from types import MappingProxyType

_NAMES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC Washington, D.C.|FL Florida|"
    "GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|"
    "MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|"
    "NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|"
    "RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington State|"
    "WV West Virginia|WI Wisconsin|WY Wyoming"
)
STATES = MappingProxyType({one[3:].lower(): (one[:2], one[3:]) for one in _NAMES.split("|")})
"""Lower-case name: the code and the name as written."""


def state_in(name: str) -> str | None:
    """The code of a state that is named in full."""
    found = STATES.get(" ".join(name.lower().split()))
    return found[0] if found else None
