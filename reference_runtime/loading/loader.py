"""Import a pack and collect what it offers, by the host's decision table.

Source of the rules: how ComfyUI 0.3.64 and 0.3.71 (Hanzo Studio) load custom nodes: a
NODE_CLASS_MAPPINGS that is not None wins, even an empty one; else the entry function of the host's
own brand. Where the host would stop, a problem is noted and loading goes on with ``blocked``
candidates, which are judged but would not exist on the host.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from reference_runtime.levels import Level
from reference_runtime.loading.awaiting import Runner
from reference_runtime.loading.entry import load_entry
from reference_runtime.loading.failures import failure_of, import_problem, problem
from reference_runtime.loading.loaded import Loaded, Progress
from reference_runtime.loading.mapping import load_mapping
from reference_runtime.loading.place import Place
from reference_runtime.loading.stopwatch import Stopwatch


def load(place: Place, level: Level, runner: Runner, progress: Progress) -> Loaded:
    """Import the pack and read its nodes; never raises for what the pack does."""
    loaded = Loaded(place, level, runner, progress)
    modules = len(sys.modules)
    with Stopwatch() as watch:
        if run_prestartup(loaded) and import_pack(loaded):
            mapping = getattr(loaded.module, "NODE_CLASS_MAPPINGS", None)
            if mapping is not None:
                load_mapping(loaded, mapping)
            else:
                load_entry(loaded)
    loaded.seconds = watch.seconds
    loaded.modules = len(sys.modules) - modules
    return loaded


def run_prestartup(loaded: Loaded) -> bool:
    """Run ``prestartup_script.py``; False when it would have ended the host."""
    script = loaded.place.path / "prestartup_script.py"
    if not script.is_file():
        return True
    loaded.progress("run prestartup_script.py")
    try:
        loaded.runner.call(lambda: _execute(str(script.with_suffix("")), script, is_pack=False))
    except Exception as error:
        failure = failure_of(error, loaded.place)
        text = f"prestartup_script.py raised {failure['type']}: {failure['message']}"
        loaded.note(problem("prestartup-failed", text, failure=failure))
    except BaseException as error:
        loaded.note(import_problem(error, loaded.place, "running prestartup_script.py of"))
        return False
    return True


def import_pack(loaded: Loaded) -> bool:
    """Import the pack's module as the host does; False when that failed."""
    loaded.progress("import")
    place = loaded.place
    try:
        loaded.module = loaded.runner.call(
            lambda: _execute(place.module_name, place.entry_file, is_pack=True)
        )
    except BaseException as error:
        loaded.note(import_problem(error, place))
    return loaded.module is not None


def _execute(name: str, file: Path, is_pack: bool) -> ModuleType:
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    if is_pack:
        sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
