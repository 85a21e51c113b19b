"""What stands on the one page, gathered: for the contact herself, and for a person of the firm who looks at what she sees."""

from collections.abc import Sequence
from typing import Any

from workspace.portal import asks, messages, papers, people
from workspace.portal.scope import PortalScope


def home_values(scope: PortalScope, *, money: bool = True) -> dict[str, Any]:
    """The values of the page: entities with what is asked, letters, papers, bills, messages, whom to ask. Without `money` no bills."""
    entities = asks.asked_of(scope)
    bills: Sequence[papers.Bill] = papers.bills(scope) if money else ()
    return {
        "firm": people.firm_of(scope),
        "contact": people.contact_name(scope),
        "entities": entities,
        "open": sum(one.open for one in entities),
        "letters": papers.letters(scope),
        "papers": papers.papers(scope),
        "bills": bills,
        "pay": people.how_to_pay(scope),
        "messages": messages.sent(scope),
        "ask": people.whom_to_ask(scope),
        "several": len(entities) > 1,
    }
