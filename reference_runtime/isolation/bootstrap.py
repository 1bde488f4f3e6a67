"""Start of a worker: ``python -B -s -u .../bootstrap.py PARENT_PID``, run as a script.

With two descriptors after it, start of a process that forks workers: see ``nursery``.

Before anything else the channel is moved off the standard descriptors, so that whatever a pack
prints or reads can't touch it; then our package is registered by its place on disk, without putting
its folder on ``sys.path``, so that nothing beside it leaks into a pack's imports.
"""

import sys

del sys.path[0]  # the folder of this script
AT_START = frozenset(sys.modules)

if sys.version_info < (3, 10):  # noqa: UP036 - the interpreter is the pack's, not ours
    sys.exit("a worker needs Python 3.10 or newer, this is " + sys.version.split()[0])

import os  # noqa: E402


def _move_channel() -> tuple[int, int]:
    """Private, non-inheritable copies of the pipes; stdin becomes empty, stdout goes to stderr."""
    reads, writes = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return reads, writes


def _register(name: str, folder: str) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    init = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location(name, init, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)


def main() -> None:
    parent = int(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))
    if len(sys.argv) == 2:
        reads, writes = _move_channel()
        _register("reference_runtime", os.path.dirname(here))
        _serve(reads, writes, parent)
    _register("reference_runtime", os.path.dirname(here))
    # Workers need all of these, and none of them depends on the API level of a pack.
    from reference_runtime.engine import local_nodes  # noqa: F401
    from reference_runtime.isolation import inside_nodes, nursery, opened, session, worker  # noqa: F401

    nursery.serve(parent, int(sys.argv[2]), int(sys.argv[3]), _begin_forked)


def _begin_forked(parent: int) -> None:
    reads, writes = _move_channel()
    _serve(reads, writes, parent)


def _serve(reads: int, writes: int, parent: int) -> None:
    from reference_runtime.isolation.worker import Worker

    Worker(reads, writes, parent, AT_START).serve()


if __name__ == "__main__":
    main()
