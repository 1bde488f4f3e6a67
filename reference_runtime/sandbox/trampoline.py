"""Confine this process, then become another program: run as a script, ``-I -S``, by a host.

``trampoline.py ORDER STATUS -- COMMAND...``. ORDER is JSON: ``policy``, ``sentinel``, ``keep``
(descriptors for the command), ``abi``, ``hidden`` (the sentinel is not even visible) and
``observe``. STATUS is a descriptor for the answer, which the command never holds: what is enforced,
as JSON. Nothing of the pack's environment runs before: no ``site``, no ``.pth`` files, no thread.
"""

import json
import os
import sys

FAILED = 97
"""Exit status of a process that could not be confined and was not to run unconfined."""


def _register() -> None:
    """Make our package known by its place on disk, and nothing beside it."""
    from importlib.util import module_from_spec, spec_from_file_location

    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    init = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("reference_runtime", init, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules["reference_runtime"] = package
    spec.loader.exec_module(package)


def main(arguments: list[str]) -> None:
    order, status, command = json.loads(arguments[0]), int(arguments[1]), arguments[3:]
    os.set_inheritable(status, False)
    _register()
    from reference_runtime.sandbox.applying import Sentinel, confine
    from reference_runtime.sandbox.policy import SandboxPolicy

    enforced = confine(
        SandboxPolicy.from_wire(order["policy"]),
        Sentinel(**order["sentinel"], hidden=order["hidden"]),
        {status, *order["keep"]},
        order["abi"],
    )
    os.write(status, json.dumps(enforced.to_wire()).encode())
    if not enforced.holds and not order["observe"]:
        os._exit(FAILED)
    try:
        os.execv(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]} can't be run: {error.strerror}\n".encode())
        os._exit(FAILED)


if __name__ == "__main__":
    main(sys.argv[1:])
