"""Who may come in where: every door of the program asked by everybody, and what they may answer worked out apart from them."""
