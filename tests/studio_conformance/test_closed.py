"""Which expressions are written down, and which depend on the machine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from studio_conformance.closed import Scope, is_closed
from studio_conformance.source import SourceIndex


def judge(root: Path, source: str, **modules: str) -> bool:
    """Whether the value that ``options = ...`` gets is closed; it stands where the source says."""
    folder = root / "pack"
    folder.mkdir()
    for name, text in {"__init__": source, **modules}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    index, file = SourceIndex(folder), str(folder / "__init__.py")
    tree = index.tree(file)
    assert tree is not None
    call = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "judged"
    )
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and call in ast.walk(node)
    ]
    around = index.around(file, functions[-1]) if functions else (tree,)
    return is_closed(call.args[0], Scope(index, file, around))


@pytest.mark.parametrize(
    "source",
    [
        'judged(["a", "b"])',
        'judged(("a", *["b"], "c"))',
        'MODES = ["a"]\njudged(MODES)',
        'MODES = ["a"]\njudged(["none"] + MODES)',
        'judged([f"x{n}" for n in range(4)])',
        'TABLE = {"a": open, "b": lambda: 1}\njudged(list(TABLE.keys()))',
        'TABLE = {"a": open}\njudged(sorted(TABLE))',
        'TABLE = {"a": {"b": 1}}\njudged(list(TABLE["a"]))',
        'import enum\nclass Mode(enum.Enum):\n    A = "a"\njudged([m.value for m in Mode])',
        'class Node:\n    MODES = ["a"]\n    def schema(cls):\n        judged(cls.MODES)',
        'class Node:\n    MODES = ["a"]\njudged(Node.MODES)',
        'def schema():\n    modes = ["a"]\n    judged(modes)',
        'def modes():\n    "Docs."\n    return ["a"]\njudged(modes())',
        'judged([Combo.Option("a", [make()]), Combo.Option(key="b", inputs=make())])',
    ],
)
def test_written_down(tmp_path: Path, source: str) -> None:
    assert judge(tmp_path, source)


@pytest.mark.parametrize(
    "source",
    [
        "judged(folder_paths.get_filename_list('loras'))",
        "judged(['none'] + folder_paths.get_filename_list('loras'))",
        "import os\njudged([f for f in os.listdir('.')])",
        "import os\nFILES = os.listdir('.')\njudged(FILES)",
        "import os\nTABLE = {'a': os.listdir('.')}\njudged(list(TABLE.values()))",
        "import os\nTABLE = {'a': os.listdir('.')}\njudged(TABLE['a'])",
        "MODES = ['a']\nMODES.append('b')\njudged(MODES)",
        "MODES = ['a']\nMODES += ['b']\njudged(MODES)",
        "MODES = ['a']\nMODES[0] = 'b'\njudged(MODES)",
        "MODES = []\ndef more():\n    global MODES\n    MODES = ['a']\njudged(MODES)",
        "try:\n    MODES = ['a']\nexcept ImportError:\n    MODES = ['b']\njudged(MODES)",
        "for mode in range(3):\n    pass\njudged([mode])",
        "from samplers import NAMES\njudged(NAMES)",
        "import torch\njudged([f'cuda:{n}' for n in range(torch.cuda.device_count())])",
        "judged(UNKNOWN)",
        "def schema(modes):\n    judged(modes)",
        "def modes(kind):\n    return ['a']\njudged(modes(1))",
        "def modes():\n    found = scan()\n    return ['a', *found]\njudged(modes())",
        "MODES = MODES\njudged(MODES)",
    ],
)
def test_not_written_down(tmp_path: Path, source: str) -> None:
    assert not judge(tmp_path, source)


def test_a_constant_of_another_module_of_the_pack(tmp_path: Path) -> None:
    source = "from .words import MODES as WORDS\njudged(WORDS)"
    assert judge(tmp_path, source, words="MODES = ['a']")


@pytest.mark.parametrize("words", ["import os\nMODES = os.listdir('.')", "from x import MODES", ""])
def test_a_computed_name_of_another_module(tmp_path: Path, words: str) -> None:
    assert not judge(tmp_path, "from .words import MODES\njudged(MODES)", words=words)


def test_the_innermost_binding_counts(tmp_path: Path) -> None:
    source = "MODES = ['a']\ndef schema():\n    MODES = scan()\n    judged(MODES)"
    assert not judge(tmp_path, source)
