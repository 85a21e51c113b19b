"""Useful automations that come with the program (library.toml), none of them switched on."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from store.errors import NotFound
from workspace.automations.rules import Rule, as_rule, only, then, when


@dataclass(frozen=True)
class Template:
    """A rule of the library, with its words."""

    slug: str
    rule: Rule
    when: str
    only: str
    then: tuple[str, ...]


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "library.toml").read_text(encoding="utf-8"))


def library() -> tuple[Template, ...]:
    """All of them, in the order of the file."""
    found = []
    for slug, given in _file().items():
        rule = as_rule(given)
        acts = tuple(then(one) for one in rule.actions)
        found.append(Template(slug, rule, when(rule.trigger), only(rule.conditions), acts))
    return tuple(found)


def template(slug: str) -> Template:
    """The one of that name. Raises NotFound."""
    found = next((one for one in library() if one.slug == slug), None)
    if found is None:
        raise NotFound(f"the library has no automation {slug}")
    return found
