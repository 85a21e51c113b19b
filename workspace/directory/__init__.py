"""Who the firm's clients are and the people behind them: entity data, lifecycle, contacts, relations, ownership, groups, tags, merging.

Owns what people enter by hand about clients and contacts; the firm folder's rows come in by workspace/records, which asks loading.py what a
person's word holds back. Never about work, money or documents of a client.
"""
