"""Host requirements that are not installed are stubs for a pack, and only for a pack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

HEAD = """
import sys
sys.path.insert(0, {root!r})
sys.modules.pop("spandrel", None)
from reference_runtime.host import requirements
from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.touches import LOG
requirements.install()
# Whatever is installed on this machine, these names are not.
requirements.DISTRIBUTIONS.update(absent_thing="absent-thing")
LOG.watch({pack!r})
sys.path.insert(0, {pack!r})
"""


def run(tmp_path: Path, pack: str, after: str) -> subprocess.CompletedProcess[str]:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "the_pack.py").write_text(pack)
    script = HEAD.format(root=str(ROOT), pack=str(folder)) + after
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


def test_absent_requirement_imports_and_is_recorded(tmp_path: Path) -> None:
    pack = (
        "import absent_thing.transforms.v2 as T\n"
        "from absent_thing.models import Net\n"
        "class Mine(Net): pass\n"
    )
    after = (
        "import the_pack\n"
        "touch, = LOG.as_dicts()\n"
        "print(touch['name'], touch['kind'], touch['line'], touch['today'])\n"
    )
    result = run(tmp_path, pack, after)
    assert result.stdout.strip() == "absent_thing absent 1 absent-thing", result.stderr


def test_running_it_says_what_is_missing(tmp_path: Path) -> None:
    pack = "import absent_thing\ndef use(): return absent_thing.resize(1)\n"
    after = (
        "import the_pack\nLOG.phase = 'run'\n"
        "try: the_pack.use()\nexcept HostFeatureMissing as error: print(error)\n"
    )
    result = run(tmp_path, pack, after)
    assert "absent_thing.resize is installed with every host" in result.stdout, result.stderr


@pytest.mark.parametrize(
    ("pack", "error"),
    [
        ("try:\n    import absent_thing\nexcept ImportError:\n    print('guarded')\n", "guarded"),
        ("try:\n    import json.absent\nexcept ImportError:\n    print('guarded')\n", "guarded"),
        ("import nowhere_at_all\n", "No module named 'nowhere_at_all'"),
        ("import json.absent\n", "No module named 'json.absent'"),
    ],
)
def test_what_the_host_lacks_too_stays_missing(tmp_path: Path, pack: str, error: str) -> None:
    result = run(tmp_path, pack, "import the_pack\n")
    assert error in result.stdout + result.stderr


def test_a_library_that_the_pack_imports_is_not_served(tmp_path: Path) -> None:
    """Only the pack's own import is: a library must see what is really installed."""
    library = tmp_path / "library"
    library.mkdir()
    (library / "some_library.py").write_text("import absent_thing\n")
    after = f"sys.path.insert(0, {str(library)!r})\nimport the_pack\n"
    result = run(tmp_path, "import some_library\n", after)
    assert "No module named 'absent_thing'" in result.stderr
