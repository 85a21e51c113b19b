"""A law firm's work: conflict searches, matters and their parties, court dates by rule, fee agreements, and client money held in trust.

Trust money moves only here, a conflict is only found here; who decides on one is a partner. Never gives legal advice.
"""
