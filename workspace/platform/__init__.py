"""What programs and a person's own settings need: scopes of tokens, her zone, the palette's places, webhooks, keys of creation."""
