"""Who works here and may see what: people, roles of the firm's own, teams of clients, walls, broken glass.

Owns the rows behind the rule in workspace/scope.py, which alone decides. Front doors: staff.py, roles.py, teams.py, walls.py, glass.py.
Never gives anybody more than the one who gives has.
"""
