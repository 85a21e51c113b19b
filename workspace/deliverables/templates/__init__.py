"""The firm's wording, one Markdown file for each kind of deliverable, and the strict renderer that fills it.

A template is a TOML front matter (`version`, `allowed`: the citations, forms and times that the firm's own wording states) and parts
that begin with `## Title`. It is Jinja2; everything it prints must be a figure that was gathered, so that nothing unproven is printed.
A line `{# clause: NAME #}` puts the firm-approved legal text NAME in its place (clauses.py). Never knows where a figure comes from.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from store.errors import Invalid
from workspace.deliverables.model import Section
from workspace.deliverables.support import Printed
from workspace.deliverables.templates import clauses

_FRONT = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n", re.DOTALL)
_PART = re.compile(r"^## (.+)$", re.MULTILINE)
_ONE_POINT = re.compile(r"(?<=[^\W\d_])\.\.(?=[”\"')*_]*(?:\s|$))")


@dataclass(frozen=True)
class Template:
    """A kind's wording. `allowed` may stand in its text without a source: the law's own citations and times, fixed by the firm.
    `version` names the file and its content, so that a changed word is another version."""

    slug: str
    version: str
    allowed: tuple[str, ...]
    body: str


def load(slug: str, folder: Path | None = None) -> Template:
    """The firm's own template of that kind from `folder` where it has one, else the one that comes with the product.

    Raises Invalid, saying what is wrong, when a template of the firm's cannot be read."""
    own = folder / f"{slug}.md" if folder is not None else None
    found = parse(slug, own.read_text(encoding="utf-8")) if own is not None and own.is_file() else _packaged(slug)
    return _with_clauses(found, folder)


@lru_cache(maxsize=64)
def _packaged(slug: str) -> Template:
    return parse(slug, files(__name__).joinpath(f"{slug}.md").read_text(encoding="utf-8"))


def _with_clauses(template: Template, folder: Path | None) -> Template:
    """The template with its legal text in place; a changed clause is another version of it."""
    body, phrases = clauses.expanded(template.body, folder)
    if body == template.body:
        return template
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    version = f"{template.version} with clauses ({digest})"
    return Template(template.slug, version, (*template.allowed, *phrases), body)


def parse(slug: str, text: str) -> Template:
    """A template from its file's text. Raises Invalid."""
    front = _FRONT.match(text)
    if front is None:
        raise Invalid(f"the template {slug} begins with no front matter between two lines of +++")
    try:
        fields = tomllib.loads(front.group(1))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"the front matter of the template {slug} is no TOML: {error}") from None
    body = text[front.end() :]
    if _PART.search(body) is None:
        raise Invalid(f"the template {slug} has no part that begins with ##")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    allowed = tuple(str(one) for one in fields.get("allowed", ()))
    return Template(slug, f"{slug} {fields.get('version', '1')} ({digest})", allowed, body)


def render(template: Template, variables: Mapping[str, object]) -> tuple[Section, ...]:
    """The sections, empty ones left out. Raises Invalid when the template prints something that was not gathered."""
    from jinja2 import TemplateError

    try:
        text = _compiled(template.body).render(dict(variables))
    except (TemplateError, TypeError) as error:
        raise Invalid(f"the template {template.slug} cannot be filled: {error}") from None
    return _parts(text)


@lru_cache(maxsize=64)
def _compiled(body: str) -> Any:
    """The body ready to be filled; compiling costs more than filling."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, finalize=_proven
    )
    return environment.from_string(body)


def _proven(value: Any) -> Any:
    """Only what was gathered is printed; a template that prints anything else is refused."""
    from jinja2 import Undefined

    if isinstance(value, Printed):
        return value
    if isinstance(value, Undefined):
        str(value)  # raises, naming what is undefined
    raise TypeError(f"{value!r} was not gathered as a figure")


def _parts(text: str) -> tuple[Section, ...]:
    pieces = _PART.split(text)
    parts = (
        Section(title.strip(), _tidy(markdown)) for title, markdown in zip(pieces[1::2], pieces[2::2], strict=True)
    )
    return tuple(part for part in parts if part.markdown)


def _tidy(markdown: str) -> str:
    """One blank line between paragraphs, none inside a list or around it beyond that, no spaces at a line's end."""
    lines = re.sub(r"[ \t]+$", "", markdown, flags=re.MULTILINE)
    # A sentence that ends in "Inc." has its point already; "A..0" is what an invoice is called, and so is what stands in a table.
    lines = re.sub(r"^(?!\|).*", lambda line: _ONE_POINT.sub(".", line[0]), lines, flags=re.MULTILINE)
    lines = re.sub(r"\n{2,}(?=[ ]*- )", "\n", lines)
    lines = re.sub(r"^((?![ ]*- ).+)\n(?=- )", r"\1\n\n", lines, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
