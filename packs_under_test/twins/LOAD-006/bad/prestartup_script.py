"""Prepares greetings."""

raise OSError("no greetings to prepare")
