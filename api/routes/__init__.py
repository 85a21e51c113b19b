"""One module a part of the application; each has a `router`."""
