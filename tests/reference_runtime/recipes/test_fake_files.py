"""Small files of weights for lists that would be empty: real ones, and named as fakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_packs import write_pack

from reference_runtime.recipes import fake_files
from reference_runtime.runtime import PackSpec, inspect_pack

PACK = """
import folder_paths

class Loads:
    FUNCTION, CATEGORY, RETURN_TYPES = "run", "tests", ("STRING",)
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": (folder_paths.get_filename_list("loras"),)}}
    def run(self, name):
        return (folder_paths.get_full_path("loras", name),)

NODE_CLASS_MAPPINGS = {"TestsLoads": Loads}
"""


@pytest.mark.parametrize("folder", fake_files.FOLDERS)
def test_each_is_a_safetensors_file(tmp_path: Path, folder: str) -> None:
    pytest.importorskip("torch")
    load_file = pytest.importorskip("safetensors.torch").load_file
    fake_files.write(tmp_path)
    tensors = load_file(tmp_path / "models" / folder / fake_files.NAME)
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    assert shapes == fake_files.FOLDERS[folder]
    assert all(float(tensor.min()) == 1 / 16 for tensor in [next(iter(tensors.values()))])


@pytest.mark.parametrize("fakes", [False, True])
def test_a_worker_lists_them_where_fakes_are_asked_for(tmp_path: Path, fakes: bool) -> None:
    spec = PackSpec(write_pack(tmp_path / "loads", PACK), "comfy-0.3.64", fakes=fakes)
    (node,) = inspect_pack(spec).description["nodes"]
    (names,) = [facts["options"] for facts in node["inputs"]]
    assert names == ([fake_files.NAME] if fakes else [])
