"""A question over all clients to its answer. Raises where the question is none of the list, saying what can be asked."""

from collections.abc import Mapping

from sqlalchemy import select

from store.errors import Forbidden, Invalid
from store.tables import Person
from workspace.firm_asking import lists, money, work
from workspace.firm_asking.grammar import FirmTopic, read_question
from workspace.firm_asking.table import Answering, FirmAnswer
from workspace.money_sight import TOLD, sees_money
from workspace.scope import Right, Scope

QUESTIONS = (
    "Who owes us over 90 days?",
    "Who has unbilled time over $5,000?",
    "Which returns are due this month and still wait for documents?",
    "Which clients have no signed engagement letter?",
    "Which of my S corporations have no officer wages?",
    "Which engagements are over budget?",
    "Which returns are on extension?",
    "Who has not sent what we asked for?",
    "Who has not written for 45 days?",
    "What did we bill this year?",
    "Which returns are in review?",
    "Which clients paid us last month?",
    "Whose lease ends this year?",
    "Which clients are partnerships?",
)
"""One of each, as it may be asked."""

_ANSWERS: Mapping[FirmTopic, Answering] = {
    FirmTopic.BILLED: money.billed,
    FirmTopic.CLIENTS: lists.clients,
    FirmTopic.DUE: work.due,
    FirmTopic.ENDING: lists.ending,
    FirmTopic.EXTENDED: work.extended,
    FirmTopic.NO_LETTER: work.no_letter,
    FirmTopic.NO_OFFICER_WAGES: work.no_officer_wages,
    FirmTopic.OVER_BUDGET: work.over_budget,
    FirmTopic.OWES: money.owes,
    FirmTopic.PAID: lists.paid,
    FirmTopic.REQUESTS: work.requests,
    FirmTopic.RETURNS: lists.returns,
    FirmTopic.SILENT: work.silent,
    FirmTopic.UNBILLED: money.unbilled,
}

_OURS = (FirmTopic.BILLED, FirmTopic.OWES, FirmTopic.PAID, FirmTopic.UNBILLED)


def ask_firm(scope: Scope, question: str) -> FirmAnswer:
    """The answer over the asker's clients. Raises Invalid for a question that is none of the list, naming what can be asked."""
    scope.require(Right.CLIENT_READ)
    names = dict(scope.session.execute(select(Person.id, Person.name)).tuples().all())
    asked = read_question(question, scope.today, names, scope.person_id)
    if asked is None:
        raise Invalid(
            "over all clients I answer only what the records tell: who owes us, who paid, unbilled time, what was billed, returns due, "
            "extended or in a stage, unsigned letters, officers' wages, budgets, open requests, silence, leases and other papers that end, "
            "clients of a kind or a person. About one client ask anything on its own page"
        )
    if asked.topic in _OURS and not sees_money(scope):
        raise Forbidden(f"what is billed, owed to us and paid is {TOLD}")
    return _ANSWERS[asked.topic](scope, asked)
