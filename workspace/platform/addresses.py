"""Where a webhook, or any fetch from an address that was typed in, may go: an https address of the public internet. What a name resolves
to is judged anew with every try (api/guard.py connects to the very address that was judged), so that it cannot lead inside the house later.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from store.errors import Invalid

LONGEST = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def plain_url(url: str, *, loopback: bool = False, what: str = "a webhook") -> str:
    """The address as it is kept. Raises Invalid for what none may be: no https (http only to this machine, where the setting allows
    it), a name and password, a fragment, a number that is no public address. `what` is how the refusal calls it."""
    url = url.strip()
    parts = _parts(url)
    host = parts.hostname or ""
    if not host or len(url) > LONGEST or any(not c.isprintable() or c in " \\" for c in url):
        raise Invalid("give the whole address, such as https://hooks.example.com/tickmark")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(f"the address of {what} holds no name, no password and no #")
    inside = loopback and is_loopback_name(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and inside):
        raise Invalid(f"{what} goes by https only")
    number = _number(host)
    if number is not None and not allowed(number, loopback=loopback):
        raise Invalid(f"{host} is no public address")
    if number is None and "." not in host and not inside:
        raise Invalid(f"{host} is no name of the public internet")
    return url


def allowed(address: Address, *, loopback: bool) -> bool:
    """Whether a webhook may connect there. Public unicast only; what wraps another address (NAT64, 6to4, Teredo, IPv4 in IPv6) is judged by
    what is inside or refused."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return allowed(address.ipv4_mapped, loopback=loopback)
        if address.sixtofour is not None or address.teredo is not None or address in _NAT64 or address.scope_id:
            return False
    if address.is_loopback:
        return loopback
    refused = (
        address.is_private,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
    )
    return address.is_global and not any(refused)


def is_loopback_name(host: str) -> bool:
    """Whether it can only be this machine."""
    number = _number(host)
    return host == "localhost" if number is None else number.is_loopback


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is found here
    except ValueError:
        raise Invalid("give the whole address, such as https://hooks.example.com/tickmark") from None
    return parts


def _number(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    # 0x7f.1, 2130706433 and 0177.0.0.1 are numbers to some resolvers, and no names
    if _NUMERIC.fullmatch(host.lower().rstrip(".")):
        raise Invalid(f"{host} is no public address")
    return None
