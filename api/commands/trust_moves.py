"""`tickmark trust open|receive|pay|transfer|reverse`: what moves on the ledgers of clients' money. Movements are never changed."""

from decimal import Decimal

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import writing
from api.wiring import Services
from workspace.billing.amounts import as_json, money_in
from workspace.law import trust
from workspace.law.trust import Movement
from workspace.scope import Scope


def opened(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `as`; `matter`: its ref, None for the client's own ledger. The one that is there, or a new one."""
    with writing(services, "trust", arguments["as"]) as scope:
        made = trust.open_ledger(scope, arguments["client"], arguments.get("matter"))
        found = trust.ledger_of(scope, made.id)
    said = f"{found.id}  {found.client}, {found.matter or 'the client’s own'}: {found.balance:,.2f}"
    return Result(as_json(found), said)


def receive(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`ledger`: an id, a matter's or a client's ref; `amount`, `as`; `on`, `payee`, `number`, `memo`, `cleared`."""
    with writing(services, "trust", arguments["as"]) as scope:
        ledger = trust.ledger_of(scope, arguments["ledger"]).id
        line = trust.receive(scope, ledger, _movement(scope, arguments))
        return _told(scope, ledger, line, "Received")


def pay(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """As `receive`; `payee` is whom it is paid to. Refused for more than there is."""
    with writing(services, "trust", arguments["as"]) as scope:
        ledger = trust.ledger_of(scope, arguments["ledger"]).id
        line = trust.disburse(scope, ledger, _movement(scope, arguments))
        return _told(scope, ledger, line, "Paid out")


def transfer(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """As `receive`, with `invoice`: the number of an issued one, which this pays."""
    with writing(services, "trust", arguments["as"]) as scope:
        ledger = trust.ledger_of(scope, arguments["ledger"]).id
        line = trust.pay_invoice(scope, ledger, arguments["invoice"], _movement(scope, arguments))
        return _told(scope, ledger, line, f"Invoice {arguments['invoice']} paid from it")


def reverse(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`movement`: its id, `reason`, `as`."""
    with writing(services, "trust", arguments["as"]) as scope:
        made = trust.reverse(scope, arguments["movement"], arguments["reason"])
    return Result({"id": made}, f"Taken back by a movement of its own: {made}.")


def _movement(scope: Scope, arguments: Arguments) -> Movement:
    payee, number, memo = (arguments.get(name) or "" for name in ("payee", "number", "memo"))
    on = day_of(arguments, "on") or scope.today
    return Movement(money_in(arguments["amount"]), on, payee, number, memo, day_of(arguments, "cleared"))


def _told(scope: Scope, ledger: str, line: str, done: str) -> Result:
    left: Decimal = trust.ledger_of(scope, ledger).balance
    return Result({"id": line, "balance": str(left)}, f"{done} ({line}); the ledger holds {left:,.2f}.")
