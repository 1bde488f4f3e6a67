"""Where a text goes in the source: from a parameter to a call that reaches files, code, programs.

Within one module: through names, expressions, and calls of its own functions and methods. What is
found is a suspicion: a check in between is only seen where it is one that resolves paths.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from studio_conformance.source import Function

SinkKind = Literal["read", "write", "delete", "list", "code", "shell", "load", "network", "process"]
SINKS: dict[str, SinkKind] = {
    "open": "read", "io.open": "read", "os.open": "read", "Image.open": "read",
    "np.load": "read", "numpy.load": "read", "load_torch_file": "read", "load_file": "read",
    "cv2.imread": "read", "sf.read": "read", "soundfile.read": "read", "torchaudio.load": "read",
    "av.open": "read", "cv2.VideoCapture": "read", "sqlite3.connect": "read",
    "shutil.copy": "write", "shutil.copyfile": "write", "shutil.copy2": "write",
    "shutil.move": "write", "os.makedirs": "write", "os.mkdir": "write", "os.rename": "write",
    "os.replace": "write", "os.symlink": "write", "torch.save": "write", "np.save": "write",
    "numpy.save": "write", "cv2.imwrite": "write", "save_file": "write", "torchaudio.save": "write",
    "os.remove": "delete", "os.unlink": "delete", "shutil.rmtree": "delete", "os.rmdir": "delete",
    "os.listdir": "list", "os.scandir": "list", "os.walk": "list", "glob.glob": "list",
    "eval": "code", "exec": "code", "compile": "code", "__import__": "code",
    "importlib.import_module": "code", "os.system": "shell", "os.popen": "shell",
    "subprocess.getoutput": "shell", "subprocess.run": "process", "subprocess.Popen": "process",
    "subprocess.call": "process", "subprocess.check_output": "process",
    "subprocess.check_call": "process", "torch.load": "load", "pickle.load": "load",
    "pickle.loads": "load", "yaml.load": "load", "yaml.unsafe_load": "load", "joblib.load": "load",
    "dill.load": "load", "marshal.loads": "load", "requests.get": "network",
    "requests.post": "network", "urllib.request.urlopen": "network",
    "urllib.request.urlretrieve": "network", "extractall": "write",
}  # fmt: skip
"""By the name of the function, as packs commonly write it."""
METHODS: dict[str, SinkKind] = {
    "read_text": "read", "read_bytes": "read", "write_text": "write", "write_bytes": "write",
    "unlink": "delete", "iterdir": "list", "extractall": "write",
}  # fmt: skip
"""Methods that reach what the value they are called on names."""
CLEANERS = frozenset(
    {
        "os.path.basename", "basename", "len", "int", "float", "bool", "hash", "get_full_path",
        "folder_paths.get_full_path", "folder_paths.get_full_path_or_raise", "shlex.quote",
        "folder_paths.get_annotated_filepath", "isinstance", "folder_paths.get_save_image_path",
        "ast.literal_eval", "json.loads", "yaml.safe_load", "re.sub", "range",
    }
)  # fmt: skip
"""Functions whose result leads nowhere else, or is no text."""
GUARDS = frozenset({"os.path.commonpath", "commonpath", "is_relative_to"})
"""A function that compares paths so is not suspected of leaving a folder."""
PATHS = frozenset({"read", "write", "delete", "list"})
MAX_DEPTH = 4


@dataclass(frozen=True)
class Flow:
    """``parameter`` reaches the call of ``sink`` in ``line``."""

    parameter: str
    kind: SinkKind
    sink: str
    line: int


@dataclass
class Flows:
    """Flows within one module."""

    tree: ast.Module
    _functions: dict[str, Function] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._functions.setdefault(node.name, node)

    def of(self, function: Function, parameters: list[str]) -> list[Flow]:
        """The first flow of each parameter to each kind of sink."""
        found: dict[tuple[str, SinkKind], Flow] = {}
        for parameter in parameters:
            for flow in self._from(function, parameter, parameter, 0):
                found.setdefault((parameter, flow.kind), flow)
        return list(found.values())

    def _from(self, function: Function, name: str, parameter: str, depth: int) -> Iterator[Flow]:
        guarded = any(called(node) in GUARDS for node in _calls(function)) or any(
            called(node).endswith(".is_relative_to") for node in _calls(function)
        )
        tainted = _tainted(function, name)
        for call in _calls(function):
            yield from self._at(call, tainted, parameter, guarded, depth)

    def _at(
        self, call: ast.Call, tainted: set[str], parameter: str, guarded: bool, depth: int
    ) -> Iterator[Flow]:
        sink = called(call)
        kind = kind_of(call)
        first = [*call.args[:1], *(k.value for k in call.keywords if k.arg in _NAMED)]
        reaches = any(_mentions(value, tainted) for value in first)
        method = sink.rpartition(".")[2]
        if kind is None and isinstance(call.func, ast.Attribute) and method in METHODS:
            kind, reaches = METHODS[method], _mentions(call.func.value, tainted)
        if kind is not None and reaches and not (guarded and kind in PATHS):
            yield Flow(parameter, kind, sink, call.lineno)
        inner = self._functions.get(method)
        if kind is None and inner is not None and depth < MAX_DEPTH:
            for name in _given(inner, call, tainted):
                yield from self._from(inner, name, parameter, depth + 1)


_NAMED = ("file", "path", "filename", "name", "fp", "f", "args", "url", "src", "dst")


def _calls(function: Function) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    """The name of what is called, with its dots; empty for other expressions."""
    parts: list[str] = []
    current: ast.expr = call.func
    while isinstance(current, ast.Attribute):
        parts.append(current.attr)
        current = current.value
    if isinstance(current, ast.Name):
        parts.append(current.id)
    return ".".join(reversed(parts))


def kind_of(call: ast.Call) -> SinkKind | None:
    """What the call reaches; None when it is no sink, or a harmless use of one."""
    name = called(call)
    kind = SINKS.get(name) or SINKS.get(name.rpartition(".")[2] if "." in name else "")
    if name.partition(".")[0] in ("self", "cls", "re", "model", "torch") and name not in SINKS:
        return None
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if kind == "read" and name in ("open", "io.open") and _writes(call, named):
        return "write"
    if kind == "process":
        return "shell" if _is_true(named.get("shell")) else "process"
    if name == "torch.load":
        # Its default loads tensors alone, since version 2.6.
        safe = "weights_only" not in named or _is_true(named["weights_only"])
        return "read" if safe else "load"
    if name == "yaml.load" and "Safe" in ast.dump(named.get("Loader") or ast.Constant(None)):
        return None
    return kind


def _writes(call: ast.Call, named: dict[str | None, ast.expr]) -> bool:
    mode = call.args[1] if len(call.args) > 1 else named.get("mode")
    text = mode.value if isinstance(mode, ast.Constant) else ""
    return isinstance(text, str) and any(letter in text for letter in "wax+")


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _tainted(function: Function, name: str) -> set[str]:
    """Names that hold what ``name`` holds, or something made of it."""
    tainted = {name}
    assigned = [node for node in ast.walk(function) if isinstance(node, _ASSIGNING)]
    for _ in range(MAX_DEPTH):
        before = len(tainted)
        for node in assigned:
            value = node.iter if isinstance(node, (ast.For, ast.AsyncFor)) else node.value
            if value is not None and _mentions(value, tainted):
                tainted |= set(_targets(node))
        if len(tainted) == before:
            break
    return tainted


_ASSIGNING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.NamedExpr)


def _targets(node: ast.AST) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    for target in targets:
        for each in ast.walk(target) if target is not None else ():
            if isinstance(each, ast.Name):
                yield each.id


def _mentions(value: ast.expr, names: set[str]) -> bool:
    """Whether the expression is made of one of the names, and not cleaned."""
    if isinstance(value, ast.Name):
        return value.id in names
    if isinstance(value, ast.Call) and called(value) in CLEANERS:
        return False
    if isinstance(value, (ast.Compare, ast.Lambda)):
        return False
    children = (node for node in ast.iter_child_nodes(value) if isinstance(node, ast.expr))
    keywords = value.keywords if isinstance(value, ast.Call) else ()
    return any(_mentions(child, names) for child in (*children, *(k.value for k in keywords)))


def _given(function: Function, call: ast.Call, tainted: set[str]) -> Iterator[str]:
    """Parameters of a function of the module that get something tainted in this call."""
    parameters = [each.arg for each in function.args.args]
    if isinstance(call.func, ast.Attribute) and parameters[:1] in (["self"], ["cls"]):
        parameters = parameters[1:]
    for parameter, value in zip(parameters, call.args, strict=False):
        if _mentions(value, tainted):
            yield parameter
    for keyword in call.keywords:
        if keyword.arg is not None and _mentions(keyword.value, tainted):
            yield keyword.arg
