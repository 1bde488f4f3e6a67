"""The engine: validates a prompt and runs it, over nodes that live anywhere."""
