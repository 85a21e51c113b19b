"""What the firm offers and agrees: the price list, proposals, the letters drafted from them, signing, and renewals in bulk."""
