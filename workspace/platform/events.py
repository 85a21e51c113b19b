"""What a webhook can be told of: every tag of the trail, as `thing.action`. Nothing is listed by hand, so that no event is forgotten.

`invoice:paper:issued` is the event `invoice.issued`; where two tags read the same, the event stands for both and its payload says which.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from store.audit import AuditTag

ALL = "*"
_NAME = re.compile(r"[a-z]+\.[a-z-]+")


@cache
def events() -> Mapping[str, tuple[str, ...]]:
    """Every event with the tags that it stands for, alphabetical."""
    found: dict[str, list[str]] = defaultdict(list)
    for tag in AuditTag:
        found[event_of(tag.value)].append(tag.value)
    return {name: tuple(found[name]) for name in sorted(found)}


def event_of(tag: str) -> str:
    """The event of a tag."""
    thing, _, action = tag.split(":")
    return f"{thing}.{action}"


def fits(event: str, asked: list[str]) -> bool:
    """Whether a subscription to these names (or to all, or to all of a thing: `invoice.*`) is told of the event."""
    return ALL in asked or event in asked or f"{event.partition('.')[0]}.*" in asked


def is_event(name: str) -> bool:
    """Whether a subscription may name it."""
    if name == ALL:
        return True
    thing, _, action = name.partition(".")
    return name in events() or (action == ALL and any(one.startswith(f"{thing}.") for one in events()))
