"""Prepares greetings."""

GREETINGS = ["Hello"]
