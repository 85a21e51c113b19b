"""Beginnings: a client's way from prospect to first deliverable, step by step, and a firm's own set-up."""
