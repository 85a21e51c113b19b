"""Time and money: hours worked, what they are worth, what was billed for them, and what came in.

Owns time entries made here, timers, rates, expenses, write-offs, drafts of invoices, issued invoices and credit notes, payments, the
reports over them and the ledger export; `foots.py` proves that the books foot. Rows loaded from a firm folder count the same way: an entry
without an invoice of its own is billed when a loaded invoice of its engagement was issued on or after its day (signals/billing.py).

Nothing here sends anything: an issued invoice is a PDF that a person downloads. Never deletes time that was billed or written off, and
never changes an invoice that was issued.
"""
