"""What a pack imports: the v3 node API, one set of classes for every level and both brands.

``modules.provide`` builds the importable module trees (``comfy_api``, ``studio_api``, ...) from
these classes; behaviour follows ``reference_runtime.levels.ACTIVE`` at call time. Importing this
package needs the standard library alone.
"""
