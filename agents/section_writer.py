"""A model words the sentences of a draft, each held against its own facts before it stands.

A sentence of the model's stands when every figure, date and name of the firm's sentence is still in it and none is there that this
sentence's facts do not carry (agents/sentences.py says what else); it is asked once more with what was wrong, and else the firm's sentence
stays. Lists, tables, greetings and the sections that a kind fixes are never asked. Owns no fact and files nothing.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from agents import aside
from agents.llm import ModelDoor, ModelFailed, ModelRefused
from agents.sentences import Sentence, plain, sentences_of, wrong
from prompts.render import load
from workspace.deliverables.compose import Written
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import Kind
from workspace.deliverables.model import Section
from workspace.scope import Scope

PROMPT = "word-section"
_FEWEST = 12  # words of a section: what is shorter is a greeting or a signature
_FAILURES = 2  # answers that cannot be used, after which a model is left alone for this draft


@dataclass(frozen=True)
class Wording:
    """How far a model came with a text, in sentences: `kept` stand as it first said them, `repaired` as it said them when asked again,
    `replaced` are the firm's own because neither held. `asked` is all three."""

    kept: int = 0
    repaired: int = 0
    replaced: int = 0

    @property
    def asked(self) -> int:
        return self.kept + self.repaired + self.replaced

    def __add__(self, other: "Wording") -> "Wording":
        return Wording(self.kept + other.kept, self.repaired + other.repaired, self.replaced + other.replaced)

    def said(self, model: str) -> str:
        """For the version's note."""
        return (
            f"{self.kept + self.repaired} of {self.asked} sentences are worded by {model}, {self.repaired} of them when asked again; "
            f"{self.replaced} are the firm's own."
        )


_SAID = re.compile(
    r"(\d+) of (\d+) sentences are worded by .+?, (\d+) of them when asked again; (\d+) are the firm's own\.", re.DOTALL
)


def wording_of(note: str) -> Wording:
    """What a version's note says of its wording; all zero where no model was asked."""
    found = _SAID.search(note)
    if found is None:
        return Wording()
    stand, _, repaired, replaced = map(int, found.groups())
    return Wording(stand - repaired, repaired, replaced)


@dataclass(frozen=True)
class _Task:
    """One section to word, by its sentences."""

    kind: Kind
    section: Section
    sentences: tuple[Sentence, ...]
    others: Sequence[str]
    likes: str


def reword(
    door: ModelDoor,
    scope: Scope,
    client_ref: str,
    kind: Kind,
    gathered: Gathered,
    written: Written,
    others: Sequence[str] = (),
) -> Written:
    """The text with those sentences in the model's words that hold; `others` are names that must not stand in them.

    The reviewer's notes are those of `gathered`, the firm's preferences those of `written`. Its `note` says how far the model came.
    Call it outside any transaction."""
    asking = _Asking(door, scope, client_ref, "\n".join(gathered.notes))
    tasks: dict[int, _Task] = {}
    for index, section in enumerate(written.sections):
        found = sentences_of(section.markdown, (*gathered.facts, *written.facts), written.allowed)
        if section.title not in kind.fixed and _is_prose(section.markdown) and found:
            tasks[index] = _Task(kind, section, found, others, "\n".join(written.likes))
    worded = aside.at_once([partial(asking.section, one) for one in tasks.values()], door.has_room)
    sections, all_of_it = list(written.sections), Wording()
    for (index, task), one in zip(tasks.items(), worded, strict=True):
        sections[index] = replace(task.section, markdown=_put(task.section.markdown, one.texts))
        all_of_it += one.wording
    why = next((one.why for one in reversed(worded) if one.why), "")
    model = next((one.model for one in reversed(worded) if one.texts), "")
    return _said(door, model, replace(written, sections=tuple(sections)), all_of_it, why)


def _said(door: ModelDoor, model: str, written: Written, wording: Wording, why: str) -> Written:
    """The text as it came out, with what its note says of the wording. `model`: whose it is, "" when nothing of it stands."""
    if not wording.asked and not why:
        return written
    if not model:
        none = f"The wording is the firm's own: {door.name} gave none that holds.{why}"
        return replace(written, note=f"{none} {wording.said(door.name)}" if wording.asked else none)
    note = f"{wording.said(model)}{why}"
    prompt = load(PROMPT)
    version = f"{written.version}, {PROMPT} {prompt.version} ({prompt.digest[:8]})"
    return replace(written, model=model, version=version, free=True, note=note)


@dataclass(frozen=True)
class _Worded:
    """The sentences of a model's that stand, and which model's; `why` the others do not, where it could not be asked or gave no usable
    answer."""

    texts: Mapping[Sentence, str] = field(default_factory=dict[Sentence, str])
    wording: Wording = Wording()
    model: str = ""
    why: str = ""


@dataclass
class _Asking:
    """The model as one draft asks it, of several sections at once perhaps. `failures`: answers that could not be used; `refused`: it may
    not be asked."""

    door: ModelDoor
    scope: Scope
    client_ref: str
    note: str
    failures: int = 0
    refused: bool = False

    def section(self, task: _Task) -> _Worded:
        """What the model makes of one section; nothing once it is left alone."""
        if self.refused or self.failures >= _FAILURES:
            return _Worded()
        try:
            return self._worded(task)
        except ModelRefused as error:
            self.refused = True
            return _Worded(why=f" {error}.")
        except ModelFailed as error:
            self.failures += 1
            return _Worded(wording=Wording(replaced=len(task.sentences)), why=f" {error}.")

    def _worded(self, task: _Task) -> _Worded:
        """What holds of the model's wording after it was asked once, and once more for what did not hold.

        Raises ModelFailed when the first answer could not be used, ModelRefused."""
        stand: dict[Sentence, str] = {}
        faults = self._ask(task, task.sentences, self.note, stand)
        kept = len(stand)
        if faults:
            told = "; ".join(f"sentence {one.number}: {', '.join(reasons)}" for one, reasons in faults.items())
            again = f"{self.note}\nYour last wording could not stand: {told}. Word these sentences again.".strip()
            with suppress(ModelFailed):  # what it said at first and held, stands
                faults = self._ask(task, tuple(faults), again, stand)
        wording = Wording(kept, len(stand) - kept, len(task.sentences) - len(stand))
        return _Worded(stand, wording, self.door.answered_by)

    def _ask(
        self, task: _Task, sentences: tuple[Sentence, ...], note: str, stand: dict[Sentence, str]
    ) -> dict[Sentence, list[str]]:
        """Ask for these sentences; what holds goes into `stand`, what does not is given back with the reasons."""
        answer = self.door.complete(self.scope, self.client_ref, PROMPT, _inputs(task, sentences, note))
        said: dict[int, str] = {}
        for item in answer["sentences"]:
            said.setdefault(int(item["number"]), plain(str(item["text"])))
        faults: dict[Sentence, list[str]] = {}
        for one in sentences:
            there = [stand.get(other, other.text) for other in task.sentences if other is not one]
            reasons = wrong(one, said.get(one.number, ""), task.others, there)
            if reasons:
                faults[one] = reasons
            else:
                stand[one] = said[one.number]
        return faults


def _inputs(task: _Task, sentences: tuple[Sentence, ...], note: str) -> dict[str, str]:
    facts = (f"{one.number}. {fact.name}: {fact.text}" for one in sentences for fact in one.facts)
    return {
        "deliverable": task.kind.title,
        "section": task.section.title,
        "audience": task.kind.audience,
        "tone": task.kind.tone,
        "preferences": task.likes or "(none)",
        "facts": "\n".join(facts) or "(none)",
        "draft": task.section.markdown,
        "sentences": "\n".join(f"{one.number}. {one.text}" for one in sentences),
        "note": note or "(none)",
    }


def _put(markdown: str, texts: Mapping[Sentence, str]) -> str:
    """The section with these sentences in their places."""
    for one, text in sorted(texts.items(), key=lambda pair: pair[0].start, reverse=True):
        markdown = markdown[: one.start] + text + markdown[one.end :]
    return markdown


def _is_prose(markdown: str) -> bool:
    """Whether there is something to word: no table, no lines broken on purpose as in an address, more than a greeting."""
    lines = markdown.split("\n")
    laid_out = any(line.startswith("|") or line.endswith("\\") for line in lines)
    return not laid_out and len(markdown.split()) >= _FEWEST
