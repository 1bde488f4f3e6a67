"""What kind of failure an exception of a node is: a rejection, a slip of the pen, or not its fault.

Source of the rules: a clear rejection is counted and not blamed; a programming error on input that
the schema allows is a finding; what the environment lacks is neither.
"""

from __future__ import annotations

import dis
import sys
from types import TracebackType
from typing import Any, Literal

from reference_runtime.exercise.facts import CaseFailure, Rejection
from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.loading.failures import failure_of, is_host_module
from reference_runtime.loading.place import Place

Stage = Literal["inputs", "validate", "lazy", "execute", "result"]

_PROGRAMMING = (
    TypeError, AttributeError, LookupError, NameError, ZeroDivisionError, RecursionError,
)  # fmt: skip
_LACKING = (HostFeatureMissing, ImportError, OSError, MemoryError)
_LACKING_TEXTS = (
    "not compiled with CUDA", "No CUDA", "NVIDIA driver", "no CUDA-capable", "CUDA error",
    "MPS backend", "can't allocate memory", "not enough memory", "out of memory",
    "'AbsentModule'", "Cannot find a working triton", "InvalidCxxCompiler",
)  # fmt: skip
_RAISING = {dis.opmap["RAISE_VARARGS"]}


def case_failure(
    error: BaseException, place: Place, stage: Stage, refused: bool = False
) -> CaseFailure:
    """``error`` as facts. ``refused``: the confinement refused something during the call."""
    own = raised_by_pack(error, place)
    rejection: Rejection
    if stage == "result":
        rejection = "host"
    elif stage == "inputs" or refused or _is_lacking(error):
        rejection = "environment"
    elif own and str(error).strip():
        rejection = "clear"
    elif isinstance(error, _PROGRAMMING):
        rejection = "environment" if _is_ours(error) else "programming"
    else:
        rejection = "other"
    failure = failure_of(_from_the_pack(error, place), place)
    return {**failure, "rejection": rejection, "stage": stage, "own": own}


def _from_the_pack(error: BaseException, place: Place) -> BaseException:
    """The exception without the frames above the first one of the pack."""
    trace = error.__traceback__
    while trace is not None and not place.owns(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return error if trace is None else error.with_traceback(trace)


def raised_by_pack(error: BaseException, place: Place) -> bool:
    """Whether a ``raise`` or ``assert`` statement of the pack raised it.

    The innermost frame is the pack's and its instruction is the raising one: ``int("x")`` in the
    pack's code raises in a frame of the pack's too, but by a call.
    """
    trace = _innermost(error.__traceback__)
    if trace is None or not place.owns(trace.tb_frame.f_code.co_filename):
        return False
    code, at = trace.tb_frame.f_code.co_code, trace.tb_lasti
    return 0 <= at < len(code) and code[at] in _RAISING


def _innermost(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _is_lacking(error: BaseException) -> bool:
    """Whether this machine, or our stand-in for the host, lacks what the node needs."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        if isinstance(each, _LACKING) or _says_lacking(each) or _lacks_program(each):
            return True
        each = each.__cause__ or each.__context__
    return False


def _lacks_program(error: BaseException) -> bool:
    """Whether None stands in a command line: what looked for the program did not find it."""
    trace = error.__traceback__
    if not isinstance(error, TypeError) or "NoneType" not in str(error):
        return False
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "subprocess":
            return True
        trace = trace.tb_next
    return False


def _says_lacking(error: BaseException) -> bool:
    try:
        text = str(error)
    except Exception:
        return False
    return any(part in text for part in _LACKING_TEXTS)


def _is_ours(error: BaseException) -> bool:
    """Whether a stand-in raised it, or a name of the host was not there."""
    trace = _innermost(error.__traceback__)
    if trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(
        "reference_runtime."
    ):
        return True
    if isinstance(error, TypeError) and "HostModule" in str(error):
        return True  # a name that no host is known to have
    owner: Any = getattr(error, "obj", None)
    if not isinstance(error, AttributeError) or owner is None:
        return False
    kind = owner if isinstance(owner, type) else type(owner)
    name = getattr(owner, "__name__", "") if isinstance(owner, type(sys)) else kind.__module__
    return str(name).startswith("reference_runtime.") or is_host_module(str(name))
