"""The papers of a client, one module a kind. Each writes a file into the sample with the facts that its text states.

Facts of lists: an account of a trial balance is a row of `account` and `amount` (debits positive), a line of a statement `line`
and `amount`, a customer `customer` and `amount`; rows of the other kinds bear the names of `domain/facts.md`.
Never here: a decision about what is wrong with a client.
"""
