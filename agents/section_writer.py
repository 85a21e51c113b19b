"""A model words the sections of a draft, each held against its own facts before it stands.

A section of the model's stands when every figure, date and name of the firm's own wording is still in it and none is there that its
facts do not carry; it is asked once more with what was wrong, and else the firm's wording stays. Owns no fact and files nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.llm import ModelDoor, ModelFailed, ModelRefused
from prompts.render import load
from workspace.deliverables.compose import Written
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import Kind
from workspace.deliverables.model import Section
from workspace.scope import Scope
from workspace.tie_out import Fact, recognise, tie_out

PROMPT = "word-section"
_FEWEST = 12  # words: what is shorter is a greeting or a signature
_LONGEST = 2  # times as long as the firm's wording


@dataclass(frozen=True)
class _Task:
    """One section to word. `facts` are those that the firm's wording of it uses, and no others; `phrases` the fixed ones in it."""

    kind: Kind
    section: Section
    facts: tuple[Fact, ...]
    phrases: tuple[str, ...]
    others: tuple[str, ...]


def reword(
    door: ModelDoor,
    scope: Scope,
    client_ref: str,
    kind: Kind,
    gathered: Gathered,
    written: Written,
    others: Sequence[str] = (),
) -> Written:
    """The text with those sections in the model's words that hold; `others` are names that must not stand in them.

    The reviewer's notes are those of `gathered`. Its `note` says how far the model came. Call it outside any transaction."""
    sections, asked, worded, why = list(written.sections), 0, 0, ""
    for index, section in enumerate(written.sections):
        if section.title in kind.fixed or not _is_prose(section.markdown):
            continue
        phrases = tuple(one for one in written.allowed if one in section.markdown)
        task = _Task(kind, section, _carried(section, gathered.facts), phrases, tuple(others))
        asked += 1
        try:
            found = _worded(door, scope, client_ref, task, "\n".join(gathered.notes))
        except (ModelFailed, ModelRefused) as error:
            why = f" {error}."
            break
        if found:
            sections[index], worded = replace(section, markdown=found), worded + 1
    if not worded:
        return replace(written, note=f"The wording is the firm's own: {door.name} gave none that holds.{why}")
    prompt = load(PROMPT)
    version = f"{written.version}, {PROMPT} {prompt.version} ({prompt.digest[:8]})"
    said = f"{worded} of {asked} sections are worded by {door.name}.{why}"
    return replace(written, sections=tuple(sections), model=door.name, version=version, free=True, note=said)


def _worded(door: ModelDoor, scope: Scope, client_ref: str, task: _Task, note: str) -> str:
    """The model's wording, "" when neither the first nor the second holds."""
    asked = note
    for _ in range(2):
        answer = door.complete(scope, client_ref, PROMPT, _inputs(task, asked))
        text = _plain(str(answer["markdown"]))
        wrong = _wrong(task, text)
        if not wrong:
            return text
        asked = f"{note}\nYour last wording could not stand: {'; '.join(wrong)}. Word it again.".strip()
    return ""


def _inputs(task: _Task, note: str) -> dict[str, str]:
    facts = (f"F{number} ({fact.name}): {fact.text}" for number, fact in enumerate(task.facts, 1))
    return {
        "deliverable": task.kind.title,
        "section": task.section.title,
        "audience": task.kind.audience,
        "tone": task.kind.tone,
        "facts": "\n".join(facts) or "(none)",
        "draft": task.section.markdown,
        "note": note or "(none)",
    }


def _wrong(task: _Task, text: str) -> list[str]:
    """What keeps a wording from standing, in words for the model."""
    if not text:
        return ["it is empty"]
    found = []
    marks = tie_out(text, task.facts, known_names=task.others, allowed=task.phrases, guess_names=True)
    found += [f"“{mark.text}” stands in no fact" for mark in marks if mark.status == "untied"]
    names = _names(task.facts)
    said = {(one.type, one.value) for one in recognise(text, names)}
    kept = {(one.type, one.value): one.text for one in recognise(task.section.markdown, names)}
    found += [f"“{words}” is missing" for figure, words in kept.items() if figure not in said]
    found += [f"“{phrase}” is missing" for phrase in task.phrases if phrase not in text]
    if len(text.split()) > _LONGEST * len(task.section.markdown.split()):
        found.append("it is much longer than the draft")
    return found


def _carried(section: Section, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts that stand in a section, each figure once."""
    stand = {(one.type, one.value) for one in recognise(section.markdown, _names(facts))}
    return tuple({(f.type, f.canonical): f for f in reversed(facts) if (f.type, f.canonical) in stand}.values())[::-1]


def _names(facts: Sequence[Fact]) -> list[str]:
    return [name for fact in facts if fact.type == "name" for name in (fact.value, fact.text)]


def _is_prose(markdown: str) -> bool:
    """Whether there is something to word: no table, no lines broken on purpose as in an address, more than a greeting."""
    lines = markdown.split("\n")
    laid_out = any(line.startswith("|") or line.endswith("\\") for line in lines)
    return not laid_out and len(markdown.split()) >= _FEWEST


def _plain(markdown: str) -> str:
    """The model's Markdown without headings: the section has its own."""
    lines = markdown.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines if not line.startswith("#")).strip()
