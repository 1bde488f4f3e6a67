"""What came of the payloads: the contract between the worker and the checks. Plain JSON data."""

from __future__ import annotations

from typing import Literal, TypedDict

EscapeKind = Literal[
    "read", "write", "delete", "list", "exists", "link", "archive", "load", "code", "shell",
    "argument", "process", "network", "secret", "own-folder", "died",
]  # fmt: skip
"""read, write, delete, list: a path outside the allowed folders. exists: the node tells whether an
outside file is there. link: a link planted in an allowed folder was followed out. archive: a member
of an archive was written outside. load: a file that the text names ran code when it was loaded.
code: the text was run as Python. shell: as a shell command. argument: it became an option of a
program. process: a program was started with it. network: an address in it was contacted. secret: a
variable of the environment came out. own-folder: the pack's or the host's own files were written.
died: the worker ended, or gave no answer."""


class EscapeFacts(TypedDict):
    """One way out, in its smallest form."""

    input: str
    kind: EscapeKind
    payload: str
    """Id in the catalogue."""
    value: str
    """The text that was given."""
    event: str
    """What the node did: "open", "os.listdir" ...; "" where only the result was seen."""
    target: str
    """The path, command or address that was reached."""
    file: str | None
    line: int | None
    proof: str
    """How it was seen, in words."""
    over_link: bool
    """The validator refuses the text; it was given over a link, which a validator never sees."""


class ProbeFacts(TypedDict):
    """What came of one request to probe an input."""

    input: str
    found: list[EscapeFacts]
    tried: int
    """Calls of the node with payloads, in this request."""
    next: int | None
    """Number of the payload to go on with; None: all were tried, or there is nothing to find."""
    reached: bool
    """The text was seen in something that the hook watches."""
    left: str
    """Why payloads were left out; empty when none was."""


NO_AIOHTTP = "aiohttp is not installed: routes can't be called"
"""Why no route of a pack was tried, where the host's own library for them is lacking."""


class RouteInput(TypedDict):
    """A parameter of a route. ``bare``: what can be left out beside it is left out."""

    place: Literal["path", "query", "json", "form", "upload"]
    name: str
    bare: bool


class RouteInputs(TypedDict):
    """What the handler of a route asks for. ``left``: why nothing is tried; "" when it is."""

    inputs: list[RouteInput]
    left: str


class RouteEscape(TypedDict):
    """One way out of a route. ``request``: what was sent, in a line."""

    number: int
    """Of the route, in the order in which they were registered."""
    name: str
    request: str
    escape: EscapeFacts


class RoutesFacts(TypedDict):
    """All that was tried of the routes of a pack."""

    found: list[RouteEscape]
    tried: int
    """Calls with payloads."""
    reached: list[int]
    """Numbers of routes in which a text was seen in something that the hook watches."""
    left: dict[int, str]
    """By number of a route that was not tried to the end: why."""


class EscapesFacts(TypedDict):
    """All that was tried of one node."""

    inputs: list[str]
    """Inputs that take text, in order."""
    found: list[EscapeFacts]
    tried: int
    left: dict[str, str]
    """By input that was not tried to the end: why."""
    confinement: str
    """What confined the worker; empty when nothing was tried."""
    enforced: bool
    """The kernel refuses writes outside the worker's folder."""
    declared: dict[str, str]
    """By input: "read" or "write", what the settings allow it to reach."""
    seconds: float
