"""How the checks of SIGNATURE judge methods; what workers really say is proved by the twins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from descriptions import a_node, a_pack, an_input
from judging import on_nodes, write_pack

from reference_runtime.loading.methods import method_facts
from reference_runtime.plain import to_plain, type_name
from studio_conformance.checks import NotApplicable, Violation

V1_ROLES = {"execute": "run"} | {
    name: name for name in ("IS_CHANGED", "VALIDATE_INPUTS", "check_lazy_status")
}
V3_ROLES = {
    name: name for name in ("execute", "validate_inputs", "fingerprint_inputs", "check_lazy_status")
}
Judge = Callable[..., list[Violation]]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """``judge(code, kind, source, **facts)``: the violations of a node with the class ``Node``.

    ``ins`` and ``outs`` name inputs ("x", optional ones as "x?", lazy ones as "x!") and outputs.
    """

    def run(
        code: str,
        kind: str,
        source: str,
        ins: str = "x",
        outs: int = 1,
        level: str = "studio-0.3.71",
        head: str = "",
        **facts: Any,
    ) -> list[Violation]:
        text = dedent(head) + "\nclass Node:\n" + _indented(source)
        path = write_pack(tmp_path, __init__=text)
        file = str(path / "__init__.py")
        names: dict[str, Any] = {}
        exec(compile(text, file, "exec"), names)
        roles = V1_ROLES if kind == "v1" else V3_ROLES
        found = {role: method_facts(names["Node"], name) for role, name in roles.items()}
        node = a_node(
            kind=kind,
            class_name="Node",
            file=file,
            line=text.splitlines().index("class Node:") + 1,
            inputs=[_input(name) for name in ins.split()],
            outputs=[{"index": index} for index in range(outs)],
            methods={role: method for role, method in found.items() if method},
            attributes={"RETURN_TYPES": _facts(("INT",) * outs)},
        )
        return on_nodes(code, path, a_pack({**node, **facts}, level=level))  # type: ignore[typeddict-item]

    return run


def _indented(source: str) -> str:
    return "".join(f"    {line}\n" for line in dedent(source).strip().splitlines())


def _input(name: str) -> Any:
    bare = name.rstrip("?!")
    group = "optional" if name.endswith("?") else "required"
    return an_input(bare, group=group, spec={"lazy": True} if name.endswith("!") else {})


def _facts(value: Any) -> Any:
    plain, defects = to_plain(value)
    return {"value": plain, "type": type_name(value), "defects": defects}


def hidden(name: str, value: str, form: str = "string") -> dict[str, Any]:
    return {"hidden": [{"name": name, "value": value, "form": form, "declared": True}]}


def method(name: str, parameters: str, body: str = "return (1,)", form: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
    return f"{form}\ndef {name}({parameters}):\n{lines}\n".lstrip()


def execute(parameters: str, body: str = "return (1,)") -> str:
    return method("execute", parameters, body, "@classmethod")


class TestExecuteParameters:
    def test_every_input_has_to_be_taken(self, judge: Judge) -> None:
        found = judge("SIGNATURE-001", "v3", execute("cls, x"), ins="x y z")
        assert [violation.input for violation in found] == ["y", "z"]

    @pytest.mark.parametrize("parameters", ["self, x, y", "self, **kw", "self, y, *, x"])
    def test_ways_to_take_all(self, judge: Judge, parameters: str) -> None:
        assert not judge("SIGNATURE-001", "v1", method("run", parameters), ins="x y")

    def test_positional_only_parameters_take_no_input(self, judge: Judge) -> None:
        (violation,) = judge("SIGNATURE-001", "v1", method("run", "self, x, /"))
        assert violation.input == "x"

    def test_hidden_values_of_v1_are_passed(self, judge: Judge) -> None:
        source = method("run", "self, x")
        assert judge("SIGNATURE-001", "v1", source, **hidden("who", "UNIQUE_ID"))
        assert not judge("SIGNATURE-001", "v1", source, **hidden("who", "UNKNOWN"))
        assert not judge("SIGNATURE-001", "v1", source, **hidden("who", "AUTH_TOKEN_COMFY_ORG"))
        assert not judge("SIGNATURE-001", "v3", execute("cls, x"), **hidden("who", "UNIQUE_ID"))

    def test_names_that_no_parameter_can_have_are_left_to_the_schema(self, judge: Judge) -> None:
        assert not judge("SIGNATURE-001", "v1", method("run", "self, x"), ins="x a-b class self")

    def test_nothing_more_may_be_asked_for(self, judge: Judge) -> None:
        found = judge("SIGNATURE-002", "v1", method("run", "self, x, a, b=1, *c, d, e=2, **f"))
        assert [violation.input for violation in found] == ["a", "d"]

    def test_hidden_values_are_arguments_in_v1_alone(self, judge: Judge) -> None:
        entry = hidden("prompt", "PROMPT")
        assert not judge("SIGNATURE-002", "v1", method("run", "self, x, prompt"), **entry)
        assert judge("SIGNATURE-002", "v3", execute("cls, x, prompt"), **entry)

    def test_only_parameters_of_optional_inputs_need_a_default(self, judge: Judge) -> None:
        found = judge("SIGNATURE-003", "v3", execute("cls, x, y, z=None"), ins="x y? z?")
        assert [violation.input for violation in found] == ["y"]

    def test_unknown_decorators_leave_the_parameters_unknown(self, judge: Judge) -> None:
        head = "def odd(function):\n    return function\n"
        source = method("run", "self", form="@odd")
        with pytest.raises(NotApplicable, match="odd"):
            judge("SIGNATURE-001", "v1", source, head=head)


class TestForms:
    def test_each_wrong_form_is_named(self, judge: Judge) -> None:
        source = (
            method("validate_inputs", "x", form="@staticmethod")
            + method("fingerprint_inputs", "self, x")
            + method("check_lazy_status", "cls, x", form="@classmethod")
        )
        found = judge("SIGNATURE-004", "v3", source)
        assert [v.input for v in found] == ["validate_inputs", "fingerprint_inputs"]
        assert "staticmethod" in found[0].message


class TestAsync:
    SOURCE = "@classmethod\n@outer\nasync def execute(cls, x):\n    return (x,)\n"

    def wrapper(self, body: str, kind: str = "def") -> str:
        lines = "\n".join(f"        {line}" for line in dedent(body).strip().splitlines())
        return (
            "import asyncio, functools\n"
            "def outer(function):\n"
            "    @functools.wraps(function)\n"
            f"    {kind} inner(*args):\n{lines}\n"
            "    return inner\n"
        )

    @pytest.mark.parametrize(
        "body",
        [
            "return function(*args)",
            "made = function(*args)\nprint('made')\nreturn made",
        ],
    )
    def test_wrapper_that_hands_the_coroutine_on(self, judge: Judge, body: str) -> None:
        (violation,) = judge("SIGNATURE-005", "v3", self.SOURCE, head=self.wrapper(body))
        assert violation.input == "outer"

    @pytest.mark.parametrize(
        "body",
        [
            "return asyncio.run(function(*args))",
            "made = function(*args)\nreturn asyncio.run(made)",
            "if args:\n    return asyncio.run(function(*args))\nreturn function(*args)",
        ],
    )
    def test_wrapper_that_runs_it(self, judge: Judge, body: str) -> None:
        assert not judge("SIGNATURE-005", "v3", self.SOURCE, head=self.wrapper(body))

    def test_wrapper_that_is_async_itself(self, judge: Judge) -> None:
        head = self.wrapper("return await function(*args)", "async def")
        assert not judge("SIGNATURE-005", "v3", self.SOURCE, head=head)

    def test_decorator_from_elsewhere_is_trusted(self, judge: Judge) -> None:
        head = "from functools import cache as outer\n"
        assert not judge("SIGNATURE-005", "v3", self.SOURCE, head=head)

    def test_no_grad_hides_it(self, judge: Judge) -> None:
        head = (
            "import functools\n"
            "class torch:\n"
            "    def no_grad():\n"
            "        return lambda f: functools.wraps(f)(lambda *a: f(*a))\n"
        )
        assert judge(
            "SIGNATURE-005", "v3", self.SOURCE.replace("outer", "torch.no_grad()"), head=head
        )


class TestValidator:
    @pytest.mark.parametrize("parameters", ["cls, x", "cls, **kw", "cls, input_types"])
    def test_names_an_input(self, judge: Judge, parameters: str) -> None:
        source = method("VALIDATE_INPUTS", parameters, form="@classmethod")
        assert not judge("SIGNATURE-006", "v1", source)

    @pytest.mark.parametrize("parameters", ["cls", "cls, other=1", "cls, *rest"])
    def test_names_no_input(self, judge: Judge, parameters: str) -> None:
        source = method("validate_inputs", parameters, form="@classmethod")
        assert judge("SIGNATURE-006", "v3", source)
        with pytest.raises(NotApplicable, match="level"):
            judge("SIGNATURE-006", "v3", source, level="comfy-latest")

    def test_plain_function_called_on_the_class_keeps_its_first_parameter(
        self, judge: Judge
    ) -> None:
        assert not judge("SIGNATURE-006", "v1", method("VALIDATE_INPUTS", "x"))
        assert judge("SIGNATURE-006", "v1", method("VALIDATE_INPUTS", "self"))

    def test_keyword_only(self, judge: Judge) -> None:
        head = {"form": "@classmethod"}
        assert judge("SIGNATURE-007", "v3", method("validate_inputs", "cls, *, x=1", **head))
        assert judge("SIGNATURE-007", "v3", method("validate_inputs", "cls, x, /", **head))
        everything = method("validate_inputs", "cls, *, x, **kw", **head)
        assert not judge("SIGNATURE-007", "v3", everything)

    def test_optional_and_foreign_parameters(self, judge: Judge) -> None:
        source = method("validate_inputs", "cls, x, y, z=1, input_types=None", form="@classmethod")
        (violation,) = judge("SIGNATURE-008", "v3", source, ins="x y? z?")
        assert violation.input == "y"
        (violation,) = judge("SIGNATURE-009", "v3", source, ins="x z?")
        assert violation.input == "y"

    def test_none_is_no_answer(self, judge: Judge) -> None:
        body = "if x:\n    return\nif x > 1:\n    return 'big'\n"
        source = method("validate_inputs", "cls, x", body, "@classmethod")
        explicit, end = judge("SIGNATURE-010", "v3", source)
        assert explicit.where.line == 6
        assert end.where.line == 7

    @pytest.mark.parametrize(
        "body",
        [
            "return True",
            "if x:\n    return 'no'\nelse:\n    return True",
            "if x == 'a':\n    return True\nelif x == 'b':\n    return 'no'",
            "if x:\n    raise ValueError\nreturn True",
        ],
    )
    def test_answers_on_every_path(self, judge: Judge, body: str) -> None:
        source = method("validate_inputs", "cls, x", body, "@classmethod")
        assert not judge("SIGNATURE-010", "v3", source)


class TestFingerprint:
    @pytest.mark.parametrize("parameters", ["cls, x, y=1", "cls, **kw", "cls, x, **kw"])
    def test_fits(self, judge: Judge, parameters: str) -> None:
        source = method("IS_CHANGED", parameters, form="@classmethod")
        assert not judge("SIGNATURE-011", "v1", source, ins="x y?")

    def test_one_finding_says_all_that_is_wrong(self, judge: Judge) -> None:
        source = method("IS_CHANGED", "cls, y, more", form="@classmethod")
        (violation,) = judge("SIGNATURE-011", "v1", source, ins="x y? z")
        assert "takes no 'x', 'z'" in violation.message
        assert "needs, though it is no input, 'more'" in violation.message
        assert "no default for the optional 'y'" in violation.message

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("return True", ["SIGNATURE-012"]),
            ("if x:\n    return True\nreturn True", ["SIGNATURE-012"]),
            ("return False", ["SIGNATURE-013"]),
            ("return 'same'", ["SIGNATURE-013"]),
            ("return None", ["SIGNATURE-013"]),
            ("return x", []),
            ("return True if x else False", []),
            ("return 1 if x else True", []),
            ("return float('nan')", []),
            ("if x:\n    return True", []),
            ("if x:\n    return\nreturn True", []),
            ("raise ValueError", []),
        ],
    )
    def test_constants(self, judge: Judge, body: str, found: list[str]) -> None:
        source = method("IS_CHANGED", "cls, x", body, "@classmethod")
        codes = ("SIGNATURE-012", "SIGNATURE-013")
        assert [code for code in codes if judge(code, "v1", source)] == found


class TestLazy:
    def test_lazy_inputs_need_the_method(self, judge: Judge) -> None:
        source = execute("cls, x, y")
        assert [v.input for v in judge("SIGNATURE-014", "v3", source, ins="x! y")] == ["x"]
        asked = source + method("check_lazy_status", "cls, x, y", form="@classmethod")
        assert not judge("SIGNATURE-014", "v3", asked, ins="x! y")

    def test_the_method_needs_lazy_inputs(self, judge: Judge) -> None:
        source = method("check_lazy_status", "self, x")
        assert judge("SIGNATURE-015", "v1", source)
        assert not judge("SIGNATURE-015", "v1", source, ins="x!")
        within = an_input("x", spec={"template": {"inputs": [{"lazy": True}]}})
        assert not judge("SIGNATURE-015", "v1", source, inputs=[within])
        assert not judge("SIGNATURE-015", "v1", source, class_name="Heir")

    def test_the_method_is_called_like_execute(self, judge: Judge) -> None:
        source = method("check_lazy_status", "self, x")
        (violation,) = judge("SIGNATURE-016", "v1", source, ins="x! y")
        assert "'y'" in violation.message

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            ("('x',)", "tuple"),
            ("{'x'}", "set"),
            ("'x'", "string"),
            ("tuple(x)", "tuple"),
            ("set(x)", "set"),
            ("(n for n in x)", "generator"),
            ("{n for n in x}", "set"),
            ("{'x': 1}", "dict"),
            ("['x']", None),
            ("[]", None),
            ("()", None),
            ("None", None),
            ("{}", None),
            ("''", None),
            ("names(x)", None),
            ("list(x)", None),
        ],
    )
    def test_only_lists_are_heard(self, judge: Judge, value: str, kind: str | None) -> None:
        source = method("check_lazy_status", "self, x", f"return {value}")
        found = judge("SIGNATURE-017", "v1", source, ins="x!")
        assert [v.input for v in found] == ([kind] if kind else [])


def schema(**fields: Any) -> dict[str, Any]:
    return {"schema": {"fields": fields}}


class TestExpand:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("return io.NodeOutput(x, expand=graph.finalize())", True),
            ("return NodeOutput(expand={'1': x})", True),
            ("g = graph.finalize()\nreturn NodeOutput(expand=g)", True),
            ("return NodeOutput(x, expand=None)", False),
            ("return NodeOutput(x, expand=x)", False),
            ("g = None\nif x:\n    g = graph.finalize()\nreturn NodeOutput(expand=g)", False),
            ("return NodeOutput(x)", False),
            ("return {'expand': graph.finalize()}", False),
        ],
    )
    def test_needs_the_flag(self, judge: Judge, body: str, found: bool) -> None:
        source = execute("cls, x", body)
        assert bool(judge("SIGNATURE-018", "v3", source, **schema(enable_expand=False))) is found

    def test_flag_or_not(self, judge: Judge) -> None:
        source = execute("cls, x", "return {'expand': graph.finalize()}")
        off = schema(enable_expand=False)
        assert judge("SIGNATURE-018", "v3", source, level="comfy-latest", **off)
        with pytest.raises(NotApplicable, match="allows"):
            judge("SIGNATURE-018", "v3", source, **schema(enable_expand=True))


class TestReturns:
    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("ExecutionBlocker('no')", True),
            ("graph.ExecutionBlocker(None)", True),
            ("NodeOutput(block_execution='no')", True),
            ("NodeOutput(block_execution=x, ui={})", True),
            ("NodeOutput(None, block_execution='no')", False),
            ("NodeOutput(ExecutionBlocker('no'))", False),
            ("(ExecutionBlocker('no'),)", False),
            ("NodeOutput(*x, block_execution='no')", False),
            ("NodeOutput(block_execution=None)", False),
            ("NodeOutput(**x)", False),
        ],
    )
    def test_blocks(self, judge: Judge, value: str, found: bool) -> None:
        source = execute("cls, x", f"return {value}")
        assert bool(judge("SIGNATURE-019", "v3", source)) is found

    def test_blocker_of_the_packs_own(self, judge: Judge) -> None:
        source = execute("cls, x", "return ExecutionBlocker('no')")
        assert not judge("SIGNATURE-019", "v3", source, head="class ExecutionBlocker: ...\n")

    def test_dicts_where_the_host_fails_on_them(self, judge: Judge) -> None:
        source = execute("cls, x", "if x:\n    return dict(result=(x,))\nreturn {'result': (x,)}")
        assert len(judge("SIGNATURE-020", "v3", source)) == 2
        with pytest.raises(NotApplicable, match="level"):
            judge("SIGNATURE-020", "v3", source, level="comfy-latest")

    @pytest.mark.parametrize(
        ("value", "v1", "v3"),
        [
            ("'text'", True, True),
            ("f'{x}'", True, True),
            ("-1", False, False),
            ("1", True, True),
            ("True", True, True),
            ("not x", True, True),
            ("str(x)", True, True),
            ("[x]", False, True),
            ("{x}", False, True),
            ("None", False, False),
            ("x", False, False),
            ("(x,)", False, False),
            ("x.size", False, False),
            ("x + 1", False, False),
        ],
    )
    def test_bare_values(self, judge: Judge, value: str, v1: bool, v3: bool) -> None:
        body = f"return {value}"
        assert bool(judge("SIGNATURE-022", "v1", method("run", "self, x", body))) is v1
        assert bool(judge("SIGNATURE-021", "v3", execute("cls, x", body))) is v3

    def test_bare_text_harms_no_node_without_outputs(self, judge: Judge) -> None:
        assert not judge("SIGNATURE-022", "v1", method("run", "self, x", "return 'a'"), outs=0)
        assert judge("SIGNATURE-022", "v1", method("run", "self, x", "return 1"), outs=0)


class TestCount:
    @pytest.mark.parametrize(
        ("value", "outs", "found"),
        [
            ("(x, x)", 1, True),
            ("(x,)", 2, True),
            ("NodeOutput(x)", 2, True),
            ("NodeOutput(x, x, ui=x)", 1, True),
            ("(x, x)", 2, False),
            ("(*x, x)", 1, False),
            ("()", 1, False),
            ("NodeOutput()", 1, False),
            ("NodeOutput(ui=x)", 1, False),
            ("NodeOutput(x, expand=x)", 2, False),
            ("NodeOutput(None, block_execution='no')", 2, False),
            ("NodeOutput(*x)", 1, False),
            ("NodeOutput(x, **x)", 2, False),
            ("other(x)", 2, False),
        ],
    )
    def test_v3(self, judge: Judge, value: str, outs: int, found: bool) -> None:
        source = execute("cls, x", f"return {value}")
        assert bool(judge("SIGNATURE-023", "v3", source, outs=outs)) is found

    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("(x, x, x)", True),
            ("{'ui': x, 'result': (x,)}", True),
            ("{'ui': x, 'result': (x, x)}", False),
            ("{'ui': x}", False),
            ("{'result': (x,), 'expand': x}", False),
            ("{'result': (x,), **x}", False),
            ("{'result': x}", False),
        ],
    )
    def test_v1(self, judge: Judge, value: str, found: bool) -> None:
        source = method("run", "self, x", f"return {value}")
        assert bool(judge("SIGNATURE-023", "v1", source, outs=2)) is found

    def test_types_that_count_in_their_own_way(self, judge: Judge) -> None:
        class Any2(tuple):  # type: ignore[type-arg]
            pass

        types = {"RETURN_TYPES": _facts(Any2(("INT",)))}
        with pytest.raises(NotApplicable, match="plain"):
            judge(
                "SIGNATURE-023", "v1", method("run", "self, x", "return (x, x)"), attributes=types
            )

    def test_method_that_serves_several_classes(self, judge: Judge) -> None:
        source = method("run", "self, x", "if x:\n    return (x,)\nreturn (x, x)")
        assert len(judge("SIGNATURE-023", "v1", source)) == 1
        with pytest.raises(NotApplicable, match="other classes"):
            judge("SIGNATURE-023", "v1", source, class_name="Heir")

    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("x()", True),
            ("return", True),
            ("if x:\n    return None\nraise ValueError", True),
            ("raise NotImplementedError", False),
            ("if x:\n    return (x,)", False),
            ("self.fail(x)", False),
            ("yield x", None),
        ],
    )
    def test_nothing_returned(self, judge: Judge, body: str, found: bool | None) -> None:
        source = method("run", "self, x", body)
        if found is None:
            with pytest.raises(NotApplicable, match="generator"):
                judge("SIGNATURE-024", "v1", source)
        else:
            assert bool(judge("SIGNATURE-024", "v1", source)) is found
        with pytest.raises(NotApplicable, match="outputs"):
            judge("SIGNATURE-024", "v1", source, outs=0)


class TestState:
    @pytest.mark.parametrize(
        ("body", "found"),
        [
            ("cls.count = 1", ["count"]),
            ("cls.count += 1", ["count"]),
            ("cls.a, cls.b = x", ["a", "b"]),
            ("setattr(cls, 'count', 1)", ["count"]),
            ("cls.cache['a'] = 1", []),
            ("cls.cache.a = 1", []),
            ("Node.count = 1", []),
            ("cls = Node\ncls.count = 1", []),
            ("try:\n    cls.count = 1\nexcept AttributeError:\n    pass", []),
            ("cls.helper()", ["helped"]),
            ("cls.other()", []),
        ],
    )
    def test_setting(self, judge: Judge, body: str, found: list[str]) -> None:
        source = execute("cls, x", body) + (
            method("helper", "cls", "cls.helped = 1", "@classmethod")
            + method("unused", "cls", "cls.never = 1", "@classmethod")
            + method("other", "me", "me.own = 1", "@staticmethod")
        )
        assert [v.input for v in judge("SIGNATURE-025", "v3", source)] == found

    def test_the_first_parameter_may_have_any_name(self, judge: Judge) -> None:
        (violation,) = judge("SIGNATURE-025", "v3", execute("self, x", "self.count = 1"))
        assert violation.input == "count"

    @pytest.mark.parametrize(
        ("body", "extra", "found"),
        [
            ("return (cls.model,)", "", True),
            ("return (cls.model,)", "model = None\n", False),
            ("return (cls.other,)", "", False),
            ("return (getattr(cls, 'model', 1),)", "", False),
            ("return (cls.model if hasattr(cls, 'model') else 1,)", "", False),
            ("try:\n    return (cls.model,)\nexcept AttributeError:\n    pass", "", False),
        ],
    )
    def test_reading_what_init_sets(self, judge: Judge, body: str, extra: str, found: bool) -> None:
        source = extra + method("__init__", "self", "self.model = 1") + execute("cls, x", body)
        assert bool(judge("SIGNATURE-026", "v3", source)) is found
