"""Words of greeting."""

HELLO = "Hello"
