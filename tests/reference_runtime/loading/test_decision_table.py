"""The host's decision table, row by row: what is registered, and what is said about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_packs import (
    V1_MAPPING,
    V1_NODE,
    V1_PACK,
    V3_HEAD,
    V3_TAIL,
    inspect_source,
    keys,
    kinds,
    registered,
)

from reference_runtime.isolation.confining import Sandbox

V3_PACK = V3_HEAD + 'NODES = [make("First"), make("Second")]\n' + V3_TAIL
BROKEN = """
class Broken(make("Broken")):
    @classmethod
    def define_schema(cls):
        raise ValueError("no schema today")
"""


def test_a_sound_v1_pack(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, V1_PACK + 'NODE_DISPLAY_NAME_MAPPINGS = {"Invert": "Inv"}')
    load = found.description["load"]
    (node,) = found.description["nodes"]
    assert kinds(found) == []
    assert (load["loaded"], load["route"], load["name"]) == (True, "v1", "mypack")
    assert load["python_module"] == "custom_nodes.mypack"
    assert (load["mapping_present"], load["mapping_size"]) == (True, 1)
    assert (node["key"], node["registered"], node["display_name"]) == ("Invert", True, "Inv")
    assert node["info"] is not None
    assert node["info"]["display_name"] == "Inv"
    assert node["info"]["python_module"] == "custom_nodes.mypack"


def test_a_sound_v3_pack(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, V3_PACK)
    load = found.description["load"]
    assert kinds(found) == []
    assert (load["route"], load["entry_names"]) == ("v3", ["studio_entrypoint"])
    assert (load["mapping_present"], load["mapping_size"]) == (False, None)
    assert registered(found) == ["First", "Second"]
    assert not load["on_load_overridden"]


def test_the_mapping_wins_and_the_entry_is_ignored(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, V3_PACK + V1_PACK)
    assert keys(found) == ["Invert"]
    assert kinds(found) == ["both-routes"]


def test_an_empty_mapping_wins_too(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, V3_PACK + "NODE_CLASS_MAPPINGS = {}")
    assert keys(found) == []
    assert kinds(found) == ["mapping-empty", "both-routes"]


def test_a_mapping_of_none_falls_through_to_the_entry(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, V3_PACK + "NODE_CLASS_MAPPINGS = None")
    assert registered(found) == ["First", "Second"]
    assert kinds(found) == []


MAPPINGS = {
    "list": ("[Invert]", ["mapping-not-dict"], [], []),
    "value": (
        '{"A": Invert, "B": "Invert", "C": Invert}',
        ["mapping-value"],
        ["A", "C"],
        ["A"],
    ),
    "function as value": (
        '{"A": Invert, "B": lambda: Invert, "C": Invert}',
        ["mapping-value"],
        ["A", "C"],
        ["A", "C"],
    ),
    "key": ('{1: Invert, "B": Invert}', ["mapping-key"], ["1", "B"], ["1", "B"]),
    "ordered": ('__import__("collections").OrderedDict(A=Invert)', [], ["A"], ["A"]),
}


@pytest.mark.parametrize(
    ("mapping", "problems", "seen", "left"), MAPPINGS.values(), ids=MAPPINGS.keys()
)
def test_odd_mappings(
    tmp_path: Path, mapping: str, problems: list[str], seen: list[str], left: list[str]
) -> None:
    found = inspect_source(tmp_path, f"{V1_NODE}\nNODE_CLASS_MAPPINGS = {mapping}\n")
    assert kinds(found) == problems
    assert keys(found) == seen
    assert registered(found) == left
    for problem in found.description["problems"]:
        assert problem["line"] == 12


@pytest.mark.parametrize(
    ("names", "problems"),
    [
        ('{"Invert": "x", "Ghost": "y"}', ["display-key"]),
        ('["Invert"]', ["display-not-dict"]),
        ("None", []),
    ],
)
def test_odd_display_names(tmp_path: Path, names: str, problems: list[str]) -> None:
    found = inspect_source(tmp_path, f"{V1_PACK}NODE_DISPLAY_NAME_MAPPINGS = {names}\n")
    assert kinds(found) == problems
    assert registered(found) == ["Invert"]


def entry_pack(entry: str, extension: str = "") -> str:
    return f"""{V3_HEAD}
NODES = [make("First"), make("Second")]
class Extension(StudioExtension):
    async def get_node_list(self):
        return NODES
    {extension}
{entry}
"""


SYNC = "def studio_entrypoint(): return Extension()"
ENTRIES: dict[str, tuple[str, list[str], list[str]]] = {
    "sync function": (entry_pack(SYNC), [], ["First", "Second"]),
    "extension itself": (
        entry_pack("studio_entrypoint = Extension"),
        [],
        ["First", "Second"],
    ),
    "not callable": (entry_pack("studio_entrypoint = 3"), ["entry-not-callable"], []),
    "raises": (entry_pack("def studio_entrypoint(): 1 / 0"), ["entry-failed"], []),
    "exits": (entry_pack("def studio_entrypoint(): raise SystemExit"), ["exit-at-import"], []),
    "class": (
        entry_pack("async def studio_entrypoint(): return Extension"),
        ["entry-not-extension"],
        [],
    ),
    "lambda giving a coroutine": (
        entry_pack("async def e(): return Extension()\nstudio_entrypoint = lambda: e()"),
        ["entry-not-extension"],
        [],
    ),
    "nothing": (
        entry_pack("async def studio_entrypoint(): pass"),
        ["entry-not-extension"],
        [],
    ),
    "list not async": (
        entry_pack(SYNC, "def get_node_list(self): return NODES"),
        ["node-list-not-async"],
        [],
    ),
    "list sync but awaitable": (
        entry_pack(SYNC, "def get_node_list(self): return self.later()\n"
                   "    async def later(self): return NODES"),
        [],
        ["First", "Second"],
    ),
    "list raises": (
        entry_pack(SYNC, "async def get_node_list(self): raise KeyError('x')"),
        ["node-list-failed"],
        [],
    ),
    "tuple": (
        entry_pack(SYNC, "async def get_node_list(self): return tuple(NODES)"),
        ["node-list-not-list"],
        [],
    ),
    "foreign item": (
        entry_pack(SYNC, "async def get_node_list(self): return [NODES[0], int, NODES[1]]"),
        ["node-list-item", "dropped-after-failure"],
        ["First"],
    ),
    "instance as item": (
        entry_pack(SYNC, "async def get_node_list(self): return [*NODES, NODES[0]()]"),
        ["node-list-item"],
        ["First", "Second"],
    ),
    "failing class": (
        entry_pack(BROKEN + SYNC, "async def get_node_list(self): "
                   "return [NODES[0], Broken, NODES[1]]"),
        ["register-failed", "dropped-after-failure"],
        ["First"],
    ),
    "same id twice": (
        entry_pack(SYNC, "async def get_node_list(self): return [*NODES, make('First')]"),
        ["duplicate-id"],
        ["Second", "First"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "problems", "left"), ENTRIES.values(), ids=ENTRIES.keys())
def test_entries(tmp_path: Path, source: str, problems: list[str], left: list[str]) -> None:
    found = inspect_source(tmp_path, source)
    assert kinds(found) == problems
    assert registered(found) == left
    for problem in found.description["problems"]:
        assert problem["file"] == str(tmp_path / "mypack" / "__init__.py")
        assert problem["line"]


@pytest.mark.parametrize(
    "refused", ["class", "lambda giving a coroutine", "list not async", "tuple"]
)
def test_what_the_host_refuses_is_judged_all_the_same(tmp_path: Path, refused: str) -> None:
    found = inspect_source(tmp_path, ENTRIES[refused][0])
    assert keys(found) == ["First", "Second"]
    assert all(node["failure"] is None for node in found.description["nodes"])


def test_the_node_after_a_failing_one_is_named(tmp_path: Path) -> None:
    failed, dropped = inspect_source(tmp_path, ENTRIES["failing class"][0]).description["problems"]
    assert (failed["node"], failed["line"]) == ("Broken", 24)
    assert failed["failure"] is not None
    assert failed["failure"]["type"] == "ValueError"
    assert dropped["node"] == "Second"
    assert "Broken" in dropped["message"]


@pytest.mark.parametrize(
    ("level", "problems", "left"),
    [
        ("studio-0.3.71", [], ["First", "Second"]),
        ("comfy-0.3.64", ["entry-other-brand"], []),
        ("comfy-latest", ["entry-other-brand"], []),
    ],
)
def test_the_other_brands_entry_is_judged_but_not_registered(
    tmp_path: Path, level: str, problems: list[str], left: list[str]
) -> None:
    found = inspect_source(tmp_path, V3_PACK, level=level)
    assert kinds(found) == problems
    assert keys(found) == ["First", "Second"]
    assert registered(found) == left


def test_no_entry_at_all(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, "x = 1\n")
    assert kinds(found) == ["entry-missing"]
    assert found.description["load"]["loaded"] is True
    assert found.description["load"]["route"] == "none"


@pytest.mark.parametrize(("level", "called"), [("studio-0.3.71", False), ("comfy-latest", True)])
def test_on_load_is_called_where_the_host_does(tmp_path: Path, level: str, called: bool) -> None:
    extension = "async def on_load(self): print('on_load ran')"
    entry = SYNC + "\ncomfy_entrypoint = studio_entrypoint"
    found = inspect_source(tmp_path, entry_pack(entry, extension), level=level)
    load = found.description["load"]
    assert ("on_load ran" in found.output) is called
    assert load["on_load_overridden"]
    assert load["on_load_location"] == [str(tmp_path / "mypack" / "__init__.py"), 19]


def test_a_failing_on_load_ends_the_pack_where_it_is_called(tmp_path: Path) -> None:
    source = entry_pack(SYNC + "\ncomfy_entrypoint = studio_entrypoint",
                        "async def on_load(self): 1 / 0")  # fmt: skip
    found = inspect_source(tmp_path, source, level="comfy-latest")
    assert kinds(found) == ["entry-failed"]
    assert registered(found) == []


IMPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "raises": (
        "import os\n\ndef f():\n    raise RuntimeError('why')\nf()\n",
        {"kind": "import-failed", "line": 4, "said": "RuntimeError: why"},
    ),
    "syntax error": (
        "x = 1\ny = (\n",
        {"kind": "import-failed", "line": 2, "said": "SyntaxError"},
    ),
    "missing dependency": (
        "import os\nimport surely_not_installed.part\n",
        {"kind": "dependency-missing", "line": 2, "said": "'surely_not_installed'"},
    ),
    "missing part of a dependency": (
        "import pytest.surely_no_part\n",
        {"kind": "import-failed", "line": 1, "said": "ModuleNotFoundError"},
    ),
    "missing name": (
        "from json import surely_no_name\n",
        {"kind": "import-failed", "line": 1, "said": "ImportError"},
    ),
    "own folder by name": (
        "import mypack.part\n",
        {"kind": "import-failed", "line": 1, "said": "mypack"},
    ),
    "own file without the dot": (
        "import part\n",
        {"kind": "import-failed", "line": 1, "said": "part"},
    ),
    "own file that is not there": (
        "from . import no_such_part\n",
        {"kind": "import-failed", "line": 1, "said": "no_such_part"},
    ),
    "in another file": (
        "from . import broken\n",
        {"kind": "import-failed", "line": 3, "said": "ZeroDivisionError", "file": "broken.py"},
    ),
    "recursion": (
        "def f(): f()\nf()\n",
        {"kind": "import-failed", "line": 1, "said": "RecursionError"},
    ),
}


@pytest.mark.parametrize(("source", "wanted"), IMPORTS.values(), ids=IMPORTS.keys())
def test_failing_imports(tmp_path: Path, source: str, wanted: dict[str, Any]) -> None:
    files = {"__init__.py": source, "part.py": "", "broken.py": "\n\nx = 1 / 0\n"}
    found = inspect_source(tmp_path, files)
    (problem,) = found.description["problems"]
    failure = problem["failure"]
    assert problem["kind"] == wanted["kind"]
    assert wanted["said"] in problem["message"]
    assert problem["file"] == str(tmp_path / "mypack" / wanted.get("file", "__init__.py"))
    assert problem["line"] == wanted["line"]
    assert failure is not None
    assert "reference_runtime" not in failure["traceback"]
    assert found.description["load"]["loaded"] is False
    if wanted["kind"] == "dependency-missing":
        assert problem["detail"] == {"module": "surely_not_installed"}
        assert failure["missing_module"] == "surely_not_installed"
    else:
        assert failure["missing_module"] is None


def test_a_library_whose_dependency_is_missing_is_put_down_to_the_packs_line(
    tmp_path: Path,
) -> None:
    source = "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nimport library\n"
    files = {"__init__.py": source, "library/__init__.py": "import surely_not_installed\n"}
    (problem,) = inspect_source(tmp_path, files).description["problems"]
    assert problem["kind"] == "dependency-missing"


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ("print('prestart')", []),
        ("raise RuntimeError('x')", ["prestartup-failed"]),
        ("import surely_not_installed", ["prestartup-failed"]),
        ("raise SystemExit", ["exit-at-import"]),
    ],
)
def test_prestartup_script(tmp_path: Path, statement: str, problems: list[str]) -> None:
    files = {"__init__.py": "print('init')\n" + V1_PACK, "prestartup_script.py": statement}
    found = inspect_source(tmp_path, files)
    assert kinds(found) == problems
    ended = problems == ["exit-at-import"]
    assert keys(found) == ([] if ended else ["Invert"])
    if not problems:
        assert found.output == "prestart\ninit\n"


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ('WEB_DIRECTORY = "web"', []),
        ('WEB_DIRECTORY = "./web/"', []),
        ('WEB_DIRECTORY = "js"', ["web-missing"]),
        ("WEB_DIRECTORY = 5", ["web-missing"]),
        ('WEB_DIRECTORY = "../"', ["web-outside"]),
        ("WEB_DIRECTORY = None", []),
    ],
)
def test_web_directory(tmp_path: Path, statement: str, problems: list[str]) -> None:
    files = {"__init__.py": f"{statement}\n{V1_PACK}", "web/app.js": ""}
    found = inspect_source(tmp_path, files)
    assert kinds(found) == problems
    expected = (
        str(tmp_path / "mypack" / "web") if not problems and "None" not in statement else None
    )
    if problems == ["web-outside"]:
        expected = str(tmp_path)
    assert found.description["load"]["web_directory"] == expected


@pytest.mark.parametrize(
    ("level", "folder"), [("studio-0.3.71", "a"), ("comfy-latest", "b"), ("comfy-0.3.64", "b")]
)
def test_web_directory_of_the_pyproject_is_the_brands(
    tmp_path: Path, level: str, folder: str
) -> None:
    toml = '[tool.studio]\nweb = "a"\n[tool.comfy]\nweb = "b"\n'
    files = {"__init__.py": V1_PACK, "pyproject.toml": toml, "a/x.js": "", "b/x.js": ""}
    found = inspect_source(tmp_path, files, level=level)
    assert found.description["load"]["web_directory"] == str(tmp_path / "mypack" / folder)


def test_routes_are_reported(tmp_path: Path) -> None:
    source = (
        V1_PACK
        + """
from server import PromptServer
@PromptServer.instance.routes.get("/mypack/state")
async def state(request): return None
"""
    )
    (route,) = inspect_source(tmp_path, source).description["load"]["routes"]
    assert (route["method"], route["path"], route["line"]) == ("GET", "/mypack/state", 14)


def test_a_single_file_is_a_pack(tmp_path: Path) -> None:
    from tiny_packs import inspect

    file = tmp_path / "lonely.py"
    file.write_text(V1_PACK + "Invert.DESCRIPTION = __name__")
    found = inspect(file)
    load = found.description["load"]
    assert (load["name"], load["python_module"]) == ("lonely", "custom_nodes.lonely")
    (node,) = found.description["nodes"]
    assert node["module"] == "custom_nodes.lonely"
    assert node["attributes"]["DESCRIPTION"]["value"] == str(tmp_path / "lonely")


def test_a_folder_with_dots_is_named_as_the_host_does(tmp_path: Path) -> None:
    files = {"__init__.py": "from .part import *\n" + V1_MAPPING, "part.py": V1_NODE}
    found = inspect_source(tmp_path, files, name="my.pack-2")
    (node,) = found.description["nodes"]
    assert kinds(found) == []
    assert found.description["load"]["python_module"] == "custom_nodes.my.pack-2"
    assert node["module"] == "custom_nodes.my.pack-2.part"
    assert node["file"] == str(tmp_path / "my.pack-2" / "part.py")


LOOPS = {
    "a loop is running": "asyncio.get_running_loop()",
    "no second loop": "try: asyncio.run(asyncio.sleep(0))\nexcept RuntimeError: pass\n"
    "else: raise AssertionError",
}


@pytest.mark.parametrize("statement", LOOPS.values(), ids=LOOPS.keys())
def test_a_pack_is_imported_within_a_running_loop(tmp_path: Path, statement: str) -> None:
    found = inspect_source(tmp_path, f"import asyncio\n{statement}\n{V1_PACK}")
    assert kinds(found) == []


def test_an_entry_may_wait_for_something(tmp_path: Path) -> None:
    entry = """
import asyncio
async def studio_entrypoint():
    await asyncio.sleep(0.01)
    return Extension()
"""
    assert registered(inspect_source(tmp_path, entry_pack(entry))) == ["First", "Second"]


def test_a_loop_that_a_library_brings_is_used(tmp_path: Path) -> None:
    """No file of the pack has the word, so the loop is opened when the entry is awaited."""
    entry = """
import sys; sys.path.insert(0, {folder!r})
from some_waiting_library import wait
async def studio_entrypoint():
    await wait()
    return Extension()
"""
    library = "import asyncio\nasync def wait(): await asyncio.sleep(0.01)\n"
    (tmp_path / "some_waiting_library.py").write_text(library)
    source = entry_pack(entry.format(folder=str(tmp_path)))
    found = inspect_source(tmp_path, source, sandbox=Sandbox(read=(str(tmp_path),)))
    assert registered(found) == ["First", "Second"]


def test_an_id_of_the_hosts_own_nodes_is_left_out(tmp_path: Path) -> None:
    source = V1_NODE + 'NODE_CLASS_MAPPINGS = {"KSampler": Invert, "Mine": Invert}\n'
    found = inspect_source(tmp_path, source)
    assert keys(found) == ["KSampler", "Mine"]
    assert registered(found) == ["Mine"]


def test_every_kind_of_problem_that_is_noted_is_explained() -> None:
    """Kinds stand in the source as literals, most of them as first arguments of ``problem``."""
    import re

    from reference_runtime import description, runtime

    root = Path(runtime.__file__).parent
    sources = [*(root / "loading").glob("*.py"), *(root / "isolation").glob("*.py")]
    text = "\n".join(file.read_text() for file in sources)
    for kind in description.PROBLEM_KINDS:
        assert f'"{kind}"' in text, f"{kind} is never noted"
    noted = set(re.findall(r'\bproblem\(\s*"([\w-]+)"', text))
    assert noted <= description.PROBLEM_KINDS.keys()
    assert len(noted) > 15
