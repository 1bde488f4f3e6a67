"""Checks of what texts that anyone may set can reach."""
