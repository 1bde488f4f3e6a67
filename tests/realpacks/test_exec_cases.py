"""What the host's own nodes compute on our runtime, against what they computed on the host.

The cases are data (``tests/data/host_executions*.json``, or another file of that form, named by
STUDIO_HOST_EXECUTIONS); the nodes come from the host's repository at one commit, fetched into a
temporary folder or taken from a checkout that STUDIO_HOST_CHECKOUT names, and are never kept. Each
module runs as a pack in a confined worker of its own. Our own nodes of the same names, those of the
core pack, answer the same cases in ``tests/reference_runtime/core_pack``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from host_checkout import checkout
from recorded import Case, Verdict, module_file, node_ids, recorded, replay

from reference_runtime.isolation.forking import end_nurseries

pytestmark = pytest.mark.network

FILES = ("host_executions", "host_executions_more")
GIVEN = os.environ.get("STUDIO_HOST_EXECUTIONS")
CASES: list[Case] = (
    json.loads(Path(GIVEN).read_text("utf-8"))["cases"] if GIVEN else recorded(*FILES)
)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("host"), "comfy_extras")


@pytest.fixture(scope="module")
def verdicts(host: Path) -> dict[str, Verdict]:
    """Of every case, by id."""
    pytest.importorskip("torch", reason="the nodes compute with torch")
    end_nurseries()
    with pytest.MonkeyPatch.context() as patch:
        # Results depend on how work is split among threads; the host was recorded with one.
        patch.setenv("OMP_NUM_THREADS", "1")
        try:
            return replay(CASES, modules(host))
        finally:
            end_nurseries()


def modules(host: Path) -> list[Path]:
    """The files of the cases' modules, and of those that make values for them."""
    named = {module_file(host, case["python_module"]) for case in CASES}
    ids = {node for case in CASES for node in node_ids(case["inputs"])}
    others = [host / "nodes.py", *sorted((host / "comfy_extras").glob("nodes_*.py"))]
    texts = {path: path.read_text("utf-8") for path in others}
    makers = {path for path, text in texts.items() if any(f'"{node}"' in text for node in ids)}
    return sorted(named | makers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_case_gives_what_the_host_gave(case: Case, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[case["id"]]
    if verdict.kind == "not loaded" and case["api"] == "V1":
        pytest.skip(f"{case['python_module']} does not load: {verdict.reason}")
    assert verdict.kind in ("equal", "equal by mean"), verdict


def test_run_says_how_many_were_equal(
    verdicts: dict[str, Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = Counter((case["api"], verdicts[case["id"]].kind) for case in CASES)
    with capsys.disabled():
        print(f"\n{len(CASES)} recorded cases of the host's nodes")
        for (api, kind), count in sorted(rows.items()):
            print(f"  {api} {kind}: {count}")
    assert rows["V3", "not loaded"] == 0
