"""What the pages of the browser are made of: read models of one screen each, plain frozen values, a handful of queries a page.

head.py is what stands over every page of a client, clients.py the list of them; work.py, papers.py, mail.py, money.py, history.py are a
client's tabs, night.py the nights, words.py puts evidence into words. Everything is read through the scope; nothing here decides or
writes.
"""
