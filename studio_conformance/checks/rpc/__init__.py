"""Checks of what isolation makes of a node and of what it gives."""
