"""Requests: what clients owe us, from templates and last year's documents; which document answers what; reminders of what is missing."""
