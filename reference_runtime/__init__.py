"""Studio in small: the node API, host stand-ins, a loader and isolated workers.

The package is usable without pytest and imports nothing of ``studio_conformance``. Everything a
worker executes needs the standard library alone, so that any interpreter from 3.10 on can host it.
"""

__version__ = "0.1.0"
