"""Confine this process, then become another program: run as a script, ``-I -S``, by a host.

``trampoline.py ORDER STATUS -- COMMAND...``. ORDER is a dict as ``marshal`` writes it, in
hexadecimal (to import ``json`` takes longer than all the rest): ``policy``, ``sentinel``, ``keep``
(descriptors for the command), ``abi``, ``hidden`` (the sentinel is not even visible) and
``observe``. STATUS is a descriptor for the answer, which the command never holds: what is enforced,
written likewise. Nothing of the pack's environment runs before: no ``site``, no ``.pth`` files, no
thread.
"""

import marshal
import os
import sys

FAILED = 97
"""Exit status of a process that could not be confined and was not to run unconfined."""


def _register() -> None:
    """Make our package known by its place on disk, and nothing beside it."""
    package = type(sys)("reference_runtime")
    package.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules["reference_runtime"] = package


def main(arguments: list[str]) -> None:
    order, status, command = (
        marshal.loads(bytes.fromhex(arguments[0])),
        int(arguments[1]),
        arguments[3:],
    )
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
    os.write(status, marshal.dumps(enforced.to_wire()))
    if not enforced.holds and not order["observe"]:
        os._exit(FAILED)
    try:
        os.execv(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]} can't be run: {error.strerror}\n".encode())
        os._exit(FAILED)


if __name__ == "__main__":
    main(sys.argv[1:])
