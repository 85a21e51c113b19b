"""How long records are kept, what may not be destroyed meanwhile, and how something is destroyed for good."""
