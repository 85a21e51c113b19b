"""What a personal token may do: everything its person may, only read, or some rights. Never more than its person, and never what she lost
since: the rights are looked at with every request."""

from collections.abc import Iterable

from store.errors import Forbidden, Invalid
from workspace.people.roles import WITH_MONEY
from workspace.scope import RIGHTS, Right

READING = frozenset(
    {Right.AUDIT_READ, Right.CAPACITY_READ, Right.CLIENT_READ, Right.CONFLICT_SEARCH, Right.PORTFOLIO_READ}
    | {Right.MONEY_SEE, Right.RATES_SEE, Right.REVENUE_READ}
)
"""Rights that change nothing. Tax ids are shown to whoever asks for `tax-id:see` by name."""
LOOKING = READING | {Right.TAX_ID_SEE}
"""A token with these and no others is refused every change, also one for which no right is asked."""
KINDS = ("all", "read", "some")


def rights_for(role: str | frozenset[Right], kind: str, chosen: Iterable[str] = ()) -> list[str] | None:
    """The rights of a token of somebody of this role, or of these rights: `all` (None: whatever she has), `read`, or `some`, which are
    `chosen` and reading clients. Raises Invalid for what is no right, Forbidden for one that the role lacks."""
    if kind not in KINDS:
        raise Invalid(f"a token may do one of: {', '.join(KINDS)}")
    has = RIGHTS.get(role, frozenset()) if isinstance(role, str) else role
    if kind == "all":
        return None
    if kind == "read":
        return sorted(right.value for right in READING & has)
    wanted = {Right.CLIENT_READ}
    for name in chosen:
        try:
            wanted.add(Right(name))
        except ValueError:
            raise Invalid(f"{name} is no right; rights are {', '.join(sorted(right.value for right in has))}") from None
    if wanted & WITH_MONEY and Right.MONEY_SEE in has:
        wanted.add(Right.MONEY_SEE)
    if lacking := sorted(right.value for right in wanted - has):
        raise Forbidden(f"a token never has more rights than its person: {', '.join(lacking)}")
    return sorted(right.value for right in wanted)
