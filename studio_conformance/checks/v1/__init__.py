"""Checks of the V1 family."""
