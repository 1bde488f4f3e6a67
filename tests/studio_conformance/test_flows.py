"""Where texts go in the source."""

from __future__ import annotations

import ast

import pytest

from studio_conformance.flows import Flows


def _kinds(body: str, more: str = "") -> set[tuple[str, str]]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    tree = ast.parse(f"def run(self, text, other):\n{lines}\n{more}")
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    return {(flow.parameter, flow.kind) for flow in Flows(tree).of(function, ["text", "other"])}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("eval(text)", "code"),
        ("code = f'{text} + 1'\nexec(code)", "code"),
        ("os.system('ls ' + text)", "shell"),
        ("subprocess.run(f'ls {text}', shell=True)", "shell"),
        ("subprocess.run(['ls', text])", "process"),
        ("open(os.path.join(A, text), 'w')", "write"),
        ("open(text)", "read"),
        ("Path(text).unlink()", "delete"),
        ("torch.load(text, weights_only=False)", "load"),
        ("yaml.load(text, Loader=yaml.Loader)", "load"),
        ("requests.get(text)", "network"),
        ("for name in text.split():\n    os.listdir(name)", "list"),
    ],
)
def test_reaches(body: str, kind: str) -> None:
    assert _kinds(body) == {("text", kind)}


@pytest.mark.parametrize(
    "body",
    [
        "model.eval()",
        "self.eval(text)",
        "re.compile(text)",
        "open(os.path.basename(text))",
        "ast.literal_eval(text)",
        "yaml.load(text, Loader=yaml.SafeLoader)",
        "path = join(A, text)\nif commonpath((A, path)) != A:\n    raise ValueError\nopen(path)",
    ],
)
def test_reaches_nothing(body: str) -> None:
    assert _kinds(body) == set()


def test_follows_functions_of_the_module() -> None:
    assert _kinds("helper(1, text)", "def helper(a, b):\n    return eval(b)") == {("text", "code")}
