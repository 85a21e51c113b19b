"""The client's side: what a contact sees and sends. Its functions take a PortalScope; the firm's own part of it is in staff.py.

What goes out to a contact is of a closed kind: open requests, issued invoices, released deliverables, letters that she is to sign, and
what she sent herself (docs/decisions/0016). Nothing here reads notes, signals, drafts, tasks or facts.
"""
