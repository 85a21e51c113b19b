"""A question about one client: understand, look up, word or quote, keep. Front door: `ask`.

Whatever is said was read under the asker's own scope and inside one client, and stands in a record or on a page; otherwise the answer
is that it is not found. The chat has no tool: it cannot send, release, write a record, or look at another client.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from agents.asking import claims as answers
from agents.asking import wording
from agents.asking.claims import Claim, Markers
from agents.asking.compound import parts_of
from agents.asking.followup import read_with
from agents.asking.shorthand import written_out
from agents.asking.sources import Sources, answered, gather
from agents.asking.topics import Understood
from agents.llm import ModelFailed, ModelRefused
from agents.ports import Running, Services
from store.errors import Invalid
from store.telling import span
from workspace import chat_threads
from workspace.deadlines import in_words
from workspace.scope import Scope, access_client

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph
    from sqlalchemy.orm import Session

Opener = Callable[["Session"], Scope]
Event = dict[str, Any]
LONGEST_QUESTION = 2000  # characters
REMEMBERED = 4  # earlier turns that a follow-up is read with
# Transactions of questions at once; the others wait for their turn here, and not for a connection until that wait ends in an error.
_AT_ONCE = threading.BoundedSemaphore(8)


class Asked(TypedDict):
    """The thread as LangGraph keeps it: the question, what was said before, the answer. Nothing that the rows do not hold."""

    question: str
    earlier: list[tuple[str, str]]
    answer: dict[str, Any]
    spoken: str


@dataclass
class Room:
    """One asking: who asks about whom, and what was found on the way. Lives as long as the question.

    `model` is the one that worded the answer, `note` why one did not or not to the end; `left`: the asker went away."""

    services: Services
    opener: Opener
    client_ref: str
    started: float
    question: str = ""
    asked: tuple[Understood, ...] = ()
    sources: Sources | None = None
    claims: tuple[Claim, ...] = ()
    model: str | None = None
    note: str | None = None
    left: bool = False


def ask(
    services: Services, opener: Opener, client_ref: str, question: str, thread: str | None = None
) -> Generator[Event]:
    """Events in order: {"thread": id}, {"delta": text} as it is said, {"answer": the contract's JSON of `ask`}.

    Raises, before the first event, NotFound for a client or a thread that is not the asker's, Invalid for an empty or endless
    question. `opener` gives the asker's scope over a session."""
    question = question.strip()
    if not question:
        raise Invalid("ask something: the question is empty")
    if len(question) > LONGEST_QUESTION:
        raise Invalid(f"the question is longer than {LONGEST_QUESTION} characters; ask for one thing at a time")
    with _AT_ONCE, services.database.reading() as session:
        scope = opener(session)
        access_client(scope, client_ref)
        rows = chat_threads.turns(scope, client_ref, thread) if thread else []
        earlier = [(row.role, row.text) for row in rows[-2 * REMEMBERED :]]
        shared = bool(thread) and not chat_threads.is_own(scope, client_ref, thread or "")
    if shared and thread:  # a colleague's thread is gone on with in a copy of one's own
        with _AT_ONCE, services.database.writing() as session:
            thread = chat_threads.copy_of(opener(session), client_ref, thread)
    room = Room(services, opener, client_ref, time.monotonic())
    return _told(room, question, earlier, thread or chat_threads.new_thread())


def _told(room: Room, question: str, earlier: list[tuple[str, str]], thread: str) -> Generator[Event]:
    yield {"thread": thread}
    with span("workspace, asking"), closing(_open_checkpoints(room.services.home)) as connection:
        begin: Any = {"question": question, "earlier": earlier, "answer": {}, "spoken": ""}
        # a thread's id is its own; the client is part of the key so that no checkpoint is ever shared between two
        config: Any = {"configurable": {"thread_id": f"{room.client_ref}:{thread}"}}
        stream: Any = build(connection).stream(begin, config, context=room, stream_mode="custom", durability="exit")
        try:
            # `yield from` would close the stream, and wait for its nodes, before they are told
            for event in stream:  # noqa: UP028
                yield event
        except GeneratorExit:  # the asker went away; what was said to her is kept all the same
            room.left = True
            stream.close()
            if room.claims:
                _keep(room, thread, question)
            raise
    yield {"answer": _keep(room, thread, question)}


def _keep(room: Room, thread: str, question: str) -> dict[str, Any]:
    answer = _answer(room)
    with _AT_ONCE, room.services.database.writing() as session:
        chat_threads.keep_turn(room.opener(session), room.client_ref, thread, question, answer)
    return answer


def _answer(room: Room) -> dict[str, Any]:
    """The contract's JSON: what the claims say, with citations and receipt, or that nothing was found."""
    looked = room.sources.looked if room.sources else answers.NOTHING_LOOKED_AT
    seconds = time.monotonic() - room.started
    if room.sources is None or not room.claims:
        answer = answers.not_found(looked, room.model, seconds, room.note)
    else:
        answer = answers.found(room.claims, room.sources.paths, looked, room.model, seconds, room.note)
    answer["receipt"]["question"] = room.question
    return answer


def read_question(state: Asked, runtime: Running[Room]) -> dict[str, Any]:
    """What is asked, part by part; a follow-up such as "and for 2024?" is read with the questions before it."""
    before = [text for role, text in state["earlier"] if role == "question"]
    room = runtime.context
    room.question = read_with(written_out(state["question"]), [written_out(one) for one in before])
    room.asked = parts_of(room.question)
    return {}


def look_up(state: Asked, runtime: Running[Room]) -> dict[str, Any]:
    """Records, facts and passages of this client, read in one transaction under the asker's scope."""
    room = runtime.context
    with span("workspace, looking up"), _AT_ONCE, room.services.database.reading() as session:
        room.sources = gather(room.opener(session), room.services.searcher, room.client_ref, room.asked)
        room.claims = answered(room.sources)
    return {}


def choose(state: Asked, runtime: Running[Room]) -> Literal["word", "quote"]:
    """A model words the answer where there is one; whether this client allows it is the door's decision."""
    return "word" if runtime.context.services.door.endpoint is not None else "quote"


def word(state: Asked, runtime: Running[Room]) -> dict[str, Any]:
    """Sentences of a model, each said only once its sources are found to carry it."""
    room = runtime.context
    sources = room.sources
    if sources is None:
        return {}
    given = wording.numbered(sources)
    quotes, room.claims = room.claims, ()
    markers, spoken, sentences = Markers(), "", 0
    try:
        for item in _items(room, state, given):
            sentences += 1
            named = [str(source) for source in item["sources"]]
            claim = wording.held(str(item["text"]), named, given, room.question, sources.client)
            if claim is not None and claim not in room.claims:
                room.claims, room.model = (*room.claims, claim), room.services.door.answered_by
                spoken += _say(runtime, spoken, markers.mark(claim))
            if room.left:
                break
    except ModelRefused as refusal:
        room.note = f"no model was asked: {refusal}"
        sentences += 1
    except ModelFailed as failure:
        room.note = f"{failure}; what stands here was checked before it broke off" if room.claims else str(failure)
        sentences += 1
    if not room.claims:
        # what a record says outright is not unsaid by a model's silence; a mere likeness in a passage is
        room.claims = quotes if sentences else sources.sure
        room.model = None if sentences or room.claims else room.services.door.name
    return {"spoken": spoken}


def _items(room: Room, state: Asked, given: dict[str, wording.Source]) -> Iterator[dict[str, Any]]:
    conversation = "\n".join(f"{role}: {text}" for role, text in state["earlier"]) or "(nothing)"
    services = room.services
    with services.database.reading() as session:
        scope = room.opener(session)
        inputs = {
            "client": room.sources.client if room.sources else "",
            "today": in_words(scope.today),
            "question": state["question"],
            "conversation": conversation,
            "sources": wording.listing(given),
        }
    yield from services.door.stream(scope, room.client_ref, "answer-question", inputs, "sentences")


def quote(state: Asked, runtime: Running[Room]) -> dict[str, Any]:
    """What was not said yet is said as it stands in records and pages."""
    if state["spoken"]:
        return {}
    markers, spoken = Markers(), ""
    for claim in runtime.context.claims:
        spoken += _say(runtime, spoken, markers.mark(claim))
    if not spoken:
        spoken = _say(runtime, "", answers.NOT_FOUND)
    return {"spoken": spoken}


def _say(runtime: Running[Room], before: str, part: str) -> str:
    text = answers.separator(before, part) + part
    runtime.stream_writer({"delta": text})
    return text


def conclude(state: Asked, runtime: Running[Room]) -> dict[str, Any]:
    """The answer with citations and receipt, as the thread keeps it."""
    return {"answer": _answer(runtime.context)}


def build(checkpoints: sqlite3.Connection | None = None) -> "CompiledStateGraph[Asked, Room, Any, Any]":
    """The graph, its checkpoints in that database."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    return _graph().copy({"checkpointer": SqliteSaver(checkpoints) if checkpoints else None})


def _open_checkpoints(home: Path) -> sqlite3.Connection:
    """The agents' checkpoints of this home; where the file is broken, ones that are forgotten: the rows are the truth of a thread."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    connection = sqlite3.connect(home / "threads.db", timeout=30, check_same_thread=False)
    try:
        SqliteSaver(connection).setup()
    except sqlite3.DatabaseError:
        connection.close()
        return sqlite3.connect(":memory:", check_same_thread=False)
    return connection


@cache
def _graph() -> "CompiledStateGraph[Asked, Room, Any, Any]":
    """The nodes are the functions above, in order. Compiled once: that takes as long as an answer."""
    from langgraph.graph import END, START, StateGraph

    graph: StateGraph[Asked, Room, Any, Any] = StateGraph(Asked, context_schema=Room)
    for node in (read_question, look_up, word, quote, conclude):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "read_question")
    graph.add_edge("read_question", "look_up")
    graph.add_conditional_edges("look_up", choose)
    graph.add_edge("word", "quote")
    graph.add_edge("quote", "conclude")
    graph.add_edge("conclude", END)
    return graph.compile()
