"""Exceptions of a pack as plain data, with the pack's own line."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from reference_runtime.loading.place import Place
from reference_runtime.plain import type_name

if TYPE_CHECKING:
    from reference_runtime.description import Failure, Problem

_OURS = (str(Path(__file__).resolve().parents[1]), "<frozen importlib")
MAX_MESSAGE = 2_000
MAX_TRACEBACK = 8_000


def failure_of(error: BaseException, place: Place) -> Failure:
    """What happened and where: the innermost line of the pack, or the line of its syntax error."""
    file, line = _location(error, place)
    return {
        "type": type_name(error),
        "message": _message(error),
        "file": file,
        "line": line,
        "traceback": _traceback(error),
        "missing_module": missing_module(error, place),
    }


def problem(
    kind: str,
    message: str,
    *,
    node: str | None = None,
    at: tuple[str | None, int | None] = (None, None),
    failure: Failure | None = None,
    **detail: Any,
) -> Problem:
    """A loading problem; ``kind`` is one of ``description.PROBLEM_KINDS``."""
    file, line = at
    if file is None and failure is not None:
        file, line = failure["file"], failure["line"]
    return {
        "kind": kind,
        "message": message,
        "node": node,
        "file": file,
        "line": line,
        "failure": failure,
        "detail": detail,
    }


def import_problem(error: BaseException, place: Place, doing: str = "importing") -> Problem:
    """The problem for an exception that ended an import (``doing`` says which)."""
    failure = failure_of(error, place)
    said = f"{failure['type']}: {failure['message']}".rstrip(": ")
    if not isinstance(error, Exception):
        return problem("exit-at-import", f"{doing} the pack raised {said}", failure=failure)
    module = failure["missing_module"]
    if module is not None:
        text = f"module {module!r} is not installed"
        return problem("dependency-missing", text, failure=failure, module=module)
    return problem("import-failed", f"{doing} the pack raised {said}", failure=failure)


def missing_module(error: BaseException, place: Place) -> str | None:
    """Top-level name of the third-party module that is not installed, if that is what went wrong.

    None for other errors, and for modules that are the pack's own, the host's, or parts of
    something that is installed.
    """
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    top = error.name.partition(".")[0]
    if top == "custom_nodes" or top == place.name or error.name.startswith(place.module_name):
        return None
    if _is_own(top, place) or _is_hosts(top) or top in sys.stdlib_module_names:
        return None
    return None if _is_installed(top) else top


def _is_own(name: str, place: Place) -> bool:
    """Whether a file of the pack has that name (it is then imported by the wrong name)."""
    folder = place.path if place.path.is_dir() else place.path.parent
    return (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()


def is_host_module(name: str) -> bool:
    """Whether a dotted module name is one of the host's."""
    return _is_hosts(name.partition(".")[0])


def _is_hosts(name: str) -> bool:
    return name in _HOST_TOPS


_HOST_TOPS = frozenset(
    f"{brand}{suffix}"
    for brand in ("comfy", "studio")
    for suffix in ("", "_api", "_execution", "_extras", "_api_nodes", "_config")
)


def _is_installed(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return PathFinder.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


# --- where --------------------------------------------------------------------------------------


def _location(error: BaseException, place: Place) -> tuple[str | None, int | None]:
    if isinstance(error, SyntaxError) and error.filename and place.owns(error.filename):
        return error.filename, error.lineno
    found: tuple[str | None, int | None] = (None, None)
    for file, line in _frames(error.__traceback__):
        if place.owns(file):
            found = file, line
    return found


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as broken:
        text = f"<str() of the exception raised {type(broken).__name__}>"
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + " ..."


def _traceback(error: BaseException) -> str:
    """The formatted traceback without our own frames at its start; long ones lose the middle."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS):
        trace = trace.tb_next
    try:
        text = "".join(traceback.format_exception(type(error), error, trace, limit=-30))
    except Exception as broken:
        return f"<formatting the traceback raised {type(broken).__name__}>"
    if len(text) <= MAX_TRACEBACK:
        return text
    half = MAX_TRACEBACK // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"
