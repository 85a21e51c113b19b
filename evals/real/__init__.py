"""A firm put together from the real documents of a data pack: company reports, invoices, bank files, mails and parsing cases.

Nothing of the pack is part of the project; its folder is given when the firm is made.
"""
