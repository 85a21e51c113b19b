"""What the records of a practice look like in JSON: time and money, requests, clients and contacts, matters and trust.

The shapes are taken from the values that the workspace answers with, so that they cannot be forgotten when one of these changes."""

from datetime import date
from decimal import Decimal
from typing import get_args, get_type_hints

from api.shapes_of import Json, listed, record, returned, shape_of, with_more
from workspace.billing import drafting, rates, timers, week, wip
from workspace.billing import time as worked
from workspace.billing.foots import Foot
from workspace.billing.invoices import Listed, Shown
from workspace.billing.rows import expense_rows
from workspace.billing.statements import statement_of
from workspace.directory import contacts, fields, filters, groups, merge_contacts, relations
from workspace.directory.record import record_of
from workspace.law import conflicts, dates, fees, matters, reconcile, trust
from workspace.law.whole import whole
from workspace.requests import lists
from workspace.requests.reading import ListView, firm_lists, to_confirm

_TEXT, _WHOLE, _YES = shape_of(str), shape_of(int), shape_of(bool)
_MONEY, _DAY = shape_of(Decimal), shape_of(date)
_ACT: Json = {**shape_of(str | None), "description": "The act that can be undone, where there is one."}
_ID, _CHANGED, _DONE = record(id=_TEXT), record(changed=_WHOLE), record(act=_ACT)
_MADE = record(id=_TEXT, act=_ACT)


def _bill() -> Json:
    """An invoice, credit note or draft as it is shown: what a list says of it, and the rest."""
    listed_as, shown = shape_of(Listed), shape_of(Shown)
    rest = {name: one for name, one in shown["properties"].items() if name != "listed"}
    return record(**{**listed_as["properties"], **rest})


def _money() -> dict[tuple[str, str], Json]:
    bill = _bill()
    return {
        ("get", "/timers"): returned(timers.running),
        ("post", "/timers"): _ID,
        ("post", "/timers/{timer_id}/stop"): record(entry=shape_of(str | None)),
        ("get", "/time"): returned(worked.own_time),
        ("post", "/time"): _ID,
        ("patch", "/time/{entry_id}"): _ID,
        ("get", "/time/week"): returned(week.week_of),
        ("post", "/time/week"): _CHANGED,
        ("get", "/time/waiting"): returned(worked.to_approve),
        ("post", "/time/approve"): _CHANGED,
        ("get", "/rates"): returned(rates.rates_of),
        ("post", "/rates"): _ID,
        ("get", "/expenses"): returned(expense_rows),
        ("post", "/expenses"): _ID,
        ("post", "/wip/write-off"): record(taken=_MONEY),
        ("post", "/wip/write-to"): record(taken=_MONEY),
        ("post", "/wip/restore"): record(restored=_MONEY),
        ("get", "/clients/{ref}/adjustments"): returned(wip.acts_of),
        ("get", "/invoices"): listed(shape_of(Listed)),
        ("post", "/invoices"): bill,
        ("get", "/invoices/{key}"): bill,
        ("patch", "/invoices/{key}"): bill,
        ("post", "/invoices/{key}/issue"): bill,
        ("post", "/invoices/{key}/credit"): bill,
        ("post", "/invoices/{key}/draw"): bill,
        ("post", "/invoices/{key}/apply"): bill,
        ("post", "/invoices/{key}/refund"): _ID,
        ("post", "/payments"): _ID,
        ("post", "/payments/{payment_id}/reverse"): _ID,
        ("get", "/recurring"): returned(drafting.recurring_listed),
        ("post", "/recurring"): _ID,
        ("post", "/recurring/draft"): record(drafts=shape_of(list[str])),
        ("get", "/clients/{ref}/statement"): returned(statement_of),
        ("get", "/books"): record(
            holds=_YES,
            faults=shape_of(list[str]),
            foots=listed(with_more(shape_of(Foot), left=_MONEY, difference=_MONEY)),
        ),
    }


def _requests() -> dict[tuple[str, str], Json]:
    status: Json = {"enum": ["open", "whole", "closed"]}
    shown = with_more(shape_of(ListView), open=_WHOLE, to_confirm=_WHOLE, status=status)
    return {
        ("get", "/requests"): returned(firm_lists),
        ("post", "/requests"): _MADE,
        ("get", "/requests/preview"): returned(lists.preview),
        ("get", "/requests/proposals"): returned(to_confirm),
        ("post", "/requests/proposals"): _MADE,
        ("get", "/requests/{request_id}"): shown,
        ("patch", "/requests/{request_id}"): _MADE,
        ("post", "/requests/{request_id}/close"): _MADE,
        ("post", "/requests/{request_id}/reopen"): _MADE,
        ("post", "/requests/items/{item_id}/move"): _MADE,
        ("post", "/requests/{request_id}/items"): _MADE,
        ("put", "/requests/{request_id}/reminders"): _MADE,
        ("patch", "/requests/items/{item_id}"): _MADE,
        ("delete", "/requests/items/{item_id}"): _MADE,
        ("post", "/requests/items/{item_id}/received"): _MADE,
        ("post", "/requests/items/{item_id}/reopen"): _MADE,
        ("get", "/clients/{ref}/requests"): listed(shown),
        ("post", "/clients/{ref}/requests/remind"): record(draft=shape_of(str | None)),
    }


def _directory() -> dict[tuple[str, str], Json]:
    card = with_more(returned(contacts.contact_card), relations=returned(relations.relations_of))
    found, count = (shape_of(one) for one in get_args(get_type_hints(contacts.contacts_list)["return"]))
    client = returned(record_of)
    owned = {name: client["properties"][name] for name in ("day", "held", "total", "shares")}
    side = shape_of(list[str])
    twice = listed(record(a=side, b=side, why=_TEXT, certain=_YES))
    differs = record(field=_TEXT, kept=shape_of(str | None), gone=shape_of(str | None))
    counts = shape_of(dict[str, int])
    line = record(ref=_TEXT, name=_TEXT, status=_TEXT, tags=shape_of(list[str]), group=shape_of(str | None))
    changed_ref = record(ref=_TEXT, act=_ACT)
    return {
        ("post", "/clients"): changed_ref,
        ("get", "/clients/filtered"): listed(line),
        ("post", "/clients/bulk"): record(changed=_WHOLE, act=_ACT),
        ("get", "/clients/duplicates"): twice,
        ("get", "/clients/merge"): record(
            differs=listed(differs),
            tax_ids=shape_of(list[str]),
            moves=counts,
            stays=counts,
            reasons=shape_of(list[str]),
        ),
        ("post", "/clients/merge"): changed_ref,
        ("get", "/clients/{ref}"): client,
        ("patch", "/clients/{ref}"): changed_ref,
        ("post", "/clients/{ref}/stage"): record(status=_TEXT, act=_ACT),
        ("post", "/clients/{ref}/tax-id"): record(tax_id=shape_of(str | None)),
        ("put", "/clients/{ref}/tax-id"): record(tax_id=shape_of(str | None)),
        ("post", "/clients/{ref}/contacts/{contact_id}"): _DONE,
        ("patch", "/clients/{ref}/contacts/{contact_id}"): _DONE,
        ("delete", "/clients/{ref}/contacts/{contact_id}"): _DONE,
        ("get", "/clients/{ref}/owners"): record(**owned),
        ("post", "/clients/{ref}/owners"): _DONE,
        ("patch", "/engagements/{ref}/custom"): _DONE,
        ("get", "/groups"): returned(groups.groups_of),
        ("post", "/groups"): _MADE,
        ("get", "/groups/{group_id}"): returned(groups.group_page),
        ("patch", "/groups/{group_id}"): _DONE,
        ("delete", "/groups/{group_id}"): _DONE,
        ("get", "/tags"): listed(record(name=_TEXT, clients=_WHOLE)),
        ("get", "/fields"): returned(fields.fields_of),
        ("post", "/fields"): _MADE,
        ("delete", "/fields/{field_id}"): _DONE,
        ("get", "/filters"): returned(filters.saved_filters),
        ("post", "/filters"): _MADE,
        ("delete", "/filters/{filter_id}"): _DONE,
        ("get", "/contacts"): record(count=count, page=_WHOLE, contacts=found),
        ("post", "/contacts"): _MADE,
        ("get", "/contacts/duplicates"): twice,
        ("get", "/contacts/merge"): returned(merge_contacts.review),
        ("post", "/contacts/merge"): _MADE,
        ("get", "/contacts/{contact_id}"): card,
        ("patch", "/contacts/{contact_id}"): _DONE,
        ("post", "/relations"): _MADE,
        ("delete", "/relations/{relation_id}"): _DONE,
    }


def _law() -> dict[tuple[str, str], Json]:
    party = record(id=_TEXT, name=_TEXT, role=_TEXT, aliases=shape_of(list[str]), act=_ACT)
    move = with_more(shape_of(dates.Move), moves=_YES)
    search = with_more(shape_of(conflicts.Search), state=_TEXT, hidden=_WHOLE)
    return {
        ("get", "/matters"): returned(matters.matters),
        ("get", "/matters/{ref}"): returned(whole),
        ("get", "/matters/{ref}/closing"): returned(matters.closing),
        ("post", "/matters/{ref}/parties"): party,
        ("put", "/matters/{ref}/parties/{party_id}"): party,
        ("delete", "/matters/{ref}/parties/{party_id}"): record(removed=_TEXT, act=_ACT),
        ("get", "/court-events/count"): returned(dates.count),
        ("get", "/court-events/{event_id}/moves"): listed(move),
        ("patch", "/court-events/{event_id}"): record(moves=listed(move), act=_ACT),
        ("post", "/matters/{ref}/dates"): _MADE,
        ("post", "/court-dates/{date_id}/confirm"): record(confirmed=_TEXT, act=_ACT),
        ("get", "/matters/{ref}/fee-agreement"): returned(fees.agreement_of),
        ("post", "/matters/{ref}/settlement"): returned(fees.settlement),
        ("post", "/conflict-searches"): search,
        ("get", "/conflict-searches"): listed(search),
        ("get", "/conflict-searches/{search_id}"): search,
        ("post", "/conflict-searches/{search_id}/decisions"): search,
    }


def _trust() -> dict[tuple[str, str], Json]:
    ledger = with_more(shape_of(trust.Ledger), short=_MONEY, wanted=_MONEY)
    sums = dict.fromkeys(("adjusted", "held", "difference"), shape_of(Decimal | None))
    month = with_more(shape_of(reconcile.Reconciliation), ties=shape_of(bool | None), **sums)
    moved = record(id=_TEXT, balance=_MONEY)
    return {
        ("get", "/trust/ledgers"): listed(ledger),
        ("post", "/trust/ledgers"): ledger,
        ("get", "/trust/ledgers/{key}"): with_more(ledger, movements=returned(trust.movements)),
        ("put", "/trust/ledgers/{key}/evergreen"): ledger,
        ("post", "/trust/ledgers/{key}/receipts"): moved,
        ("post", "/trust/ledgers/{key}/disbursements"): moved,
        ("post", "/trust/ledgers/{key}/transfers"): moved,
        ("post", "/trust/own"): record(id=_TEXT, balances=shape_of(dict[str, str])),
        ("post", "/trust/movements/{line_id}/reverse"): _ID,
        ("post", "/trust/cleared"): _CHANGED,
        ("get", "/trust/months"): returned(reconcile.months),
        ("get", "/trust/months/{month}"): month,
        ("put", "/trust/months/{month}"): month,
        ("post", "/trust/months/{month}/sign"): month,
    }


RECORDS: dict[tuple[str, str], Json] = {**_money(), **_requests(), **_directory(), **_law(), **_trust()}
"""What is answered when all goes well, by method and address."""
