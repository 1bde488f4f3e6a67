"""A helper that others import."""

SEPARATOR = "-"
