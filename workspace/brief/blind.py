"""What could not be seen: clients that were not scanned, files that nobody read, settings that cannot be used, what no rule could judge,
clients without a model.

Quiet never means unseen: nothing is left off this list.
"""

from collections.abc import Iterator
from typing import Any

from workspace.brief.material import ClientDay, Material
from workspace.signals import words

_KINDS = ("scan", "document", "setting", "judgement", "model")
_POLICIES = {
    "none": ("the whole file, for a model", "the client has chosen that no model reads it: rules and templates only"),
    "local-only": (
        "the whole file, for a model outside the firm",
        "the client allows a model on the firm's own machines only",
    ),
}


def blind_spots(material: Material) -> list[dict[str, Any]]:
    """`blind_spots`: clients that were not scanned first, then papers, settings, judgements, models; each by client. The firm's own have
    no `client_ref`: ""."""
    rows = {
        (_KINDS.index(kind), client.ref, what, why): client.name
        for client in material.clients.values()
        for kind, what, why in _of(client)
    }
    rows |= {(_KINDS.index("setting"), *row): name for row, name in _settings(material)}
    return [
        {"client_ref": ref, "client": name, "what": what, "why": why, "kind": _KINDS[place]}
        for (place, ref, what, why), name in sorted(rows.items())
    ]


def _settings(material: Material) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Thresholds in firm.toml that cannot be used, so that the defaults judge: those of the firm, and of clients that the reader has. And a
    backup that is missing, mail that is not read."""
    if material.backup is not None:
        yield ("", "the firm's backups", material.backup), "The firm"
    for what, why in material.sources:
        yield ("", what, why), "The firm"
    for fault in material.settings.faults:
        yield ("", "a setting of the firm", fault), "The firm"
    names = {client.ref: client.name for client in material.clients.values()}
    for ref, fault in material.settings.of_clients:
        if ref in names or not ref:
            yield (
                (ref, "a setting of the client" if ref else "a setting of the firm", fault),
                names.get(ref, "The firm"),
            )


def _of(client: ClientDay) -> Iterator[tuple[str, str, str]]:
    if not client.is_read:
        yield "scan", "the whole client", _unscanned(client)
    for row in client.told("findings"):
        yield "document", row["path"], row["message"]
    for what, why in client.blind:
        yield "judgement", what, why
    if client.ai_policy in _POLICIES:
        yield ("model", *_POLICIES[client.ai_policy])


def _unscanned(client: ClientDay) -> str:
    reason = f"the scan failed: {client.error}" if client.state == "failed" else "it was not scanned that day"
    if client.read_on is None:
        return f"{reason}; nothing is known of it yet"
    return f"{reason}; what is shown is of {words.day(client.read_on)}"
