"""What a confined process may do. Deny by default: what a policy does not name is refused."""

from __future__ import annotations

from reference_runtime.sandbox.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OPEN_FILES = 4096
FILE_BYTES = 8 << 30
NETWORK_TABLES = "network tables"
"""Who on this machine is connected to what, as the kernel lists it for every process."""
HARD_LINKS = "hard links planted inside"
"""Open everywhere: a second name of a file outside is a file inside, to every mechanism."""


class SandboxPolicy(Record):
    """``read``, ``write``: absolute paths of folders or files, each with all below it.

    What may be written may be read. A path that doesn't exist when the policy is applied stays
    forbidden. ``network``: whether any connection may be made or accepted. ``max_memory``: bytes
    of private memory of each process; ``max_cpu``: seconds of CPU time; ``max_file``: bytes of any
    one file, shared memory included. Memory and number of a whole tree of processes are watched
    from outside. ``environment``: the complete environment, None to keep the one there is.
    ``system``: also what interpreters and common libraries need to read (see ``needed``).
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: bool = False
    max_memory: int | None = None
    max_cpu: int | None = None
    max_file: int | None = FILE_BYTES
    max_open: int | None = OPEN_FILES
    environment: Mapping[str, str] | None = None
    system: bool = True

    def to_wire(self) -> dict[str, Any]:
        """As plain JSON."""
        return {**self.as_dict(), "read": list(self.read), "write": list(self.write)}

    @classmethod
    def from_wire(cls, plain: Mapping[str, Any]) -> SandboxPolicy:
        """Back from ``to_wire``. Raises TypeError for unknown keys."""
        given = {**plain, "read": tuple(plain["read"]), "write": tuple(plain["write"])}
        return cls(**given)


class Layer(Record):
    """One mechanism and what it came to. ``holds``: what it enforces; empty when it failed."""

    name: str
    holds: tuple[str, ...] = ()
    reason: str = ""
    """Why it enforces nothing, or less than it could."""

    @property
    def text(self) -> str:
        return f"{self.name}: {', '.join(self.holds)}" if self.holds else ""


class Enforced(Record):
    """What is enforced on a process, and by what. Values: "enforced", "partial" or "none"."""

    files: str = "none"
    """Reads, writes, listings outside the policy."""
    network: str = "none"
    signals: str = "none"
    """Signals to, and looks into, other processes."""
    kernel: str = "none"
    """Interfaces of the kernel that lead around the rest: mounts, namespaces, io_uring, ..."""
    metadata: str = "none"
    """That files outside exist, who owns them, when they were changed."""
    memory: str = "none"
    layers: tuple[Layer, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether a pack can be judged under it: neither files nor the network are open."""
        return self.files == self.network == "enforced"

    @property
    def line(self) -> str:
        """One line for people: what is enforced by what, and what is left open."""
        told = "; ".join(layer.text for layer in self.layers if layer.holds)
        if not self.holds:
            return f"not enforced: {self._missing()}" + (f" (in force: {told})" if told else "")
        return f"{told}; open: {self._open()}"

    def _missing(self) -> str:
        what = [name for name in ("files", "network") if getattr(self, name) != "enforced"]
        why = dict.fromkeys(layer.reason for layer in self.layers if layer.reason)
        return ", ".join(what) + (f" ({'; '.join(why)})" if why else "")

    def _open(self) -> str:
        names = {
            "signals": "signals to other processes",
            "kernel": "rare interfaces of the kernel",
            "metadata": "metadata of files outside",
            "memory": "memory",
        }
        found = [text for name, text in names.items() if getattr(self, name) != "enforced"]
        hidden = {what for layer in self.layers for what in layer.holds}
        found += [] if NETWORK_TABLES in hidden else [NETWORK_TABLES]
        return ", ".join([*found, HARD_LINKS])

    def to_wire(self) -> dict[str, Any]:
        """As plain JSON, with the line."""
        layers = [{**layer.as_dict(), "holds": list(layer.holds)} for layer in self.layers]
        return {**self.as_dict(), "layers": layers, "line": self.line}

    @classmethod
    def from_wire(cls, plain: Mapping[str, Any]) -> Enforced:
        """Back from ``to_wire``."""
        given = {key: value for key, value in plain.items() if key != "line"}
        layers = tuple(
            Layer(each["name"], tuple(each["holds"]), each["reason"]) for each in given["layers"]
        )
        return cls(**{**given, "layers": layers})


NOTHING = Enforced(layers=(Layer("none", (), "no worker was started"),))
