"""The settings in force for one client: the firm's, with that client's own on top. Never decides what a setting means.

In firm.toml, `[settings.clients.C014.ar-aging]` with `days = 45` is client C014's own `[settings.ar-aging]`.
"""

from collections.abc import Mapping
from typing import Any

CLIENTS = "clients"


def settings_of(firm: Mapping[str, Any], client_ref: str) -> dict[str, Any]:
    """The firm's settings, tables of this client's own laid over them value by value; other clients' are left out."""
    clients = firm.get(CLIENTS)
    own = clients.get(client_ref) if isinstance(clients, Mapping) else None
    plain = {name: value for name, value in firm.items() if name != CLIENTS}
    return _over(plain, own) if isinstance(own, Mapping) else plain


def _over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(under)
    for name, value in over.items():
        below = laid.get(name)
        laid[name] = _over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return laid
