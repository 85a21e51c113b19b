"""The palette: one field that leads anywhere. Pages and actions that the asker may open, then what workspace/platform/palette.py finds.

Used by the page /go, which needs no script, and by the dialog that the script opens over any page.
"""

from dataclasses import dataclass
from urllib.parse import quote

from api.nav import places
from workspace.platform.palette import MOST, Goal, goals
from workspace.scope import Right, Scope

_ACTIONS: tuple[tuple[str, str, Right | None], ...] = (
    ("Start a clock", "/time", Right.TIME_WRITE),
    ("Take files in", "/intake", Right.DOCUMENT_ADD),
    ("New client", "/clients/new", Right.CLIENT_WRITE),
    ("Record a payment", "/money", Right.PAYMENT_RECORD),
    ("Draft invoices", "/money/wip", Right.INVOICE_WRITE),
    ("Review drafts in a batch", "/review/batch", Right.DELIVERABLE_REVIEW),
    ("Scan now", "/night", Right.SCAN_RUN),
    ("Make a token", "/me#tokens", None),
    ("Set your time zone", "/me", None),
    ("The interface for programs", "/api", None),
)
TABS = {
    "overview": "",
    "timeline": "/timeline",
    "signals": "/signals",
    "work": "/work",
    "documents": "/documents",
    "mail": "/mail",
    "money": "/money",
    "drafts": "/drafts",
    "ask": "/ask",
    "record": "/record",
    "history": "/history",
}


@dataclass(frozen=True)
class Way:
    """One entry of the palette: what it is, where it leads."""

    kind: str
    title: str
    detail: str
    href: str


def ways(scope: Scope, asked: str) -> list[Way]:
    """At most MOST ways, the best first, in at most three queries. `okafor money` leads to that tab of the client."""
    asked = " ".join(asked.split())
    words = asked.lower().split()
    pages = _pages(scope, words)
    name, tab = asked, ""
    if len(words) > 1 and (tabs := [one for one in TABS if one.startswith(words[-1]) and len(words[-1]) > 2]):
        name, tab = " ".join(words[:-1]), tabs[0]
    found = goals(scope, name)
    if tab and not any(one.kind == "client" for one in found):
        tab = ""
    led = [_way(one, tab) for one in found if not tab or one.kind == "client"]
    first = [way for way in pages if words and way.title.lower().startswith(" ".join(words))]
    rest = [way for way in pages if way not in first]
    return [*first, *led, *rest][:MOST] if words else [*led, *pages][:MOST]


def _pages(scope: Scope, words: list[str]) -> list[Way]:
    rights = scope.rights
    all_ = [Way("page", place.label, "", place.href) for place in places(scope)]
    all_ += [Way("action", label, "", href) for label, href, right in _ACTIONS if right is None or right in rights]
    return [way for way in all_ if all(word in way.title.lower() for word in words)]


def _way(goal: Goal, tab: str) -> Way:
    client = f"/clients/{quote(goal.client_ref or '')}"
    key = quote(goal.key, safe="")
    href = {
        "client": f"{client}{TABS.get(tab, '')}",
        "recent": client,
        "engagement": f"{client}/work#{key}",
        "contact": f"/contacts/{key}",
        "document": f"/documents/{key}",
    }[goal.kind]
    detail = f"{goal.detail} · {tab}" if tab else goal.detail
    return Way(goal.kind, goal.title, f"{goal.key} · {detail}" if goal.kind in ("client", "recent") else detail, href)
