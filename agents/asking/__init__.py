"""How a question is answered: what it asks for (topics.py) and gives (given.py), read after the ones before it (followup.py); from records
(records.py, people.py, their arithmetic in worked.py), from facts read in documents (facts.py, lines.py), from passages (extract.py);
worded by a model where there is one (wording.py), each sentence a claim with its evidence (claims.py). All of it is gathered in sources.py.

Plain functions on values; the graph that puts them in order is agents/chat.py.
"""
