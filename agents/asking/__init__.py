"""How a question is answered: what it asks for (topics.py), from records (records.py), from facts read in documents (facts.py), from
passages (extract.py), worded by a model where there is one (wording.py), each sentence a claim with its evidence (claims.py).

Plain functions on values; the graph that puts them in order is agents/chat.py.
"""
