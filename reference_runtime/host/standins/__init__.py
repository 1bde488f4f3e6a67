"""The stand-in modules themselves, one per host module; ``host.names`` says which serves what."""
