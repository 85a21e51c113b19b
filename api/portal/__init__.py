"""The client's side in the browser: an application of its own under /portal, with its own session, its own templates and no staff route."""
