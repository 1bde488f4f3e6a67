"""Stand-ins for the host modules that packs import besides the node API.

``finder.install`` makes them importable under the host's names; ``names`` is the table. Small
functions are real, model code imports and can be subclassed but raises ``HostFeatureMissing`` when
it runs. Importing this package needs the standard library alone.
"""
