"""Every reader's morning brief, after a night: compose from what the scans of the day left, keep. Front door: `write_briefs`.

What stands in a brief is workspace/brief's; the same scans give the same briefs to the byte, so writing them again changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from agents.ports import Running, Services
from workspace.brief import compose_brief, keep_brief
from workspace.nights import readers
from workspace.scope import Scope, open_scope, system_scope

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph


class Writing(TypedDict):
    """Who still waits for a brief, by address, what was composed for the first of them, and how many were written."""

    waiting: list[str]
    brief: dict[str, Any]
    written: int


@dataclass(frozen=True)
class Morning:
    """The day whose briefs are written; also the clock that the readers' scopes go by."""

    services: Services
    as_of: date
    moment: datetime

    def today(self) -> date:
        return self.as_of

    def now(self) -> datetime:
        return self.moment


def write_briefs(services: Services, *, as_of: date, now: datetime) -> int:
    """Write the brief of the day `as_of` for everybody who gets one; how many those are."""
    begin: Writing = {"waiting": [], "brief": {}, "written": 0}
    # three steps a reader, and there is no limit to the number of readers
    ended = graph().invoke(begin, {"recursion_limit": 1_000_000}, context=Morning(services, as_of, now))
    written: int = ended["written"]
    return written


def gather(state: Writing, runtime: Running[Morning]) -> dict[str, Any]:
    """Who gets a brief."""
    morning = runtime.context
    with morning.services.database.reading() as session:
        return {"waiting": readers(system_scope(session, "night", now=morning.now(), today=morning.today()))}


def choose(state: Writing) -> Literal["compose", "__end__"]:
    """One after the other, until nobody waits."""
    return "compose" if state["waiting"] else "__end__"


def compose(state: Writing, runtime: Running[Morning]) -> dict[str, Any]:
    """The first waiting reader's brief, under that reader's own scope: it holds nothing the reader may not see."""
    with runtime.context.services.database.reading() as session:
        return {"brief": compose_brief(_scope(state, runtime.context, session))}


def keep(state: Writing, runtime: Running[Morning]) -> dict[str, Any]:
    """The brief as a row, with its cards, in one transaction."""
    with runtime.context.services.database.writing() as session:
        keep_brief(_scope(state, runtime.context, session), state["brief"])
    return {"waiting": state["waiting"][1:], "written": state["written"] + 1}


def _scope(state: Writing, morning: Morning, session: Any) -> Scope:
    return open_scope(session, state["waiting"][0], clock=morning)


@cache
def graph() -> "CompiledStateGraph[Writing, Morning, Any, Any]":
    """The graph. Its nodes are the functions above, in order."""
    from langgraph.graph import START, StateGraph

    graph: StateGraph[Writing, Morning, Any, Any] = StateGraph(Writing, context_schema=Morning)
    for node in (gather, compose, keep):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "gather")
    graph.add_conditional_edges("gather", choose)
    graph.add_edge("compose", "keep")
    graph.add_conditional_edges("keep", choose)
    return graph.compile()
