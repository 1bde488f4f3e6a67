"""``folder_paths``: where models, inputs and outputs lie, over a folder that poses as the host's.

Real code, following the behaviour of ComfyUI 0.3.64 / Hanzo Studio 0.3.71. Module globals are part
of the interface: packs read ``models_dir`` and ``input_directory`` and add to
``folder_names_and_paths``.
"""

from __future__ import annotations

import mimetypes
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

supported_pt_extensions: set[str] = {
    ".bin", ".ckpt", ".pkl", ".pt", ".pt2", ".pth", ".safetensors", ".sft",
}  # fmt: skip
folder_names_and_paths: dict[str, tuple[list[str], set[str]]] = {}

base_path = os.getcwd()
models_dir = os.path.join(base_path, "models")
input_directory = os.path.join(base_path, "input")
output_directory = os.path.join(base_path, "output")
temp_directory = os.path.join(base_path, "temp")
user_directory = os.path.join(base_path, "user")

filename_list_cache: dict[str, tuple[list[str], dict[str, float], float]] = {}
extension_mimetypes_cache = {"webp": "image", "fbx": "model"}

_MODEL_FOLDERS: dict[str, tuple[str, ...]] = {
    "checkpoints": ("checkpoints",),
    "configs": ("configs",),
    "loras": ("loras",),
    "vae": ("vae",),
    "text_encoders": ("text_encoders", "clip"),
    "diffusion_models": ("unet", "diffusion_models"),
    "clip_vision": ("clip_vision",),
    "style_models": ("style_models",),
    "embeddings": ("embeddings",),
    "diffusers": ("diffusers",),
    "vae_approx": ("vae_approx",),
    "controlnet": ("controlnet", "t2i_adapter"),
    "gligen": ("gligen",),
    "upscale_models": ("upscale_models",),
    "latent_upscale_models": ("latent_upscale_models",),
    "hypernetworks": ("hypernetworks",),
    "photomaker": ("photomaker",),
    "classifiers": ("classifiers",),
    "model_patches": ("model_patches",),
    "audio_encoders": ("audio_encoders",),
}
_OTHER_EXTENSIONS: dict[str, set[str]] = {
    "configs": {".yaml"}, "diffusers": {"folder"}, "classifiers": {""},
}  # fmt: skip
_SINCE_0_3_71 = frozenset({"latent_upscale_models"})
_LEGACY = {"unet": "diffusion_models", "clip": "text_encoders"}


class CacheHelper:
    """Keeps directory listings for the length of a ``with`` block, as the host does per request."""

    def __init__(self) -> None:
        self.cache: dict[str, tuple[list[str], dict[str, float], float]] = {}
        self.active = False

    def get(self, key: str, default: Any = None) -> Any:
        return self.cache.get(key, default) if self.active else default

    def set(self, key: str, value: tuple[list[str], dict[str, float], float]) -> None:
        if self.active:
            self.cache[key] = value

    def clear(self) -> None:
        self.cache.clear()

    def __enter__(self) -> CacheHelper:
        self.active = True
        return self

    def __exit__(self, *error: object) -> None:
        self.active = False
        self.clear()


cache_helper = CacheHelper()


def _use_root(root: Path, rank: int) -> None:
    """Start afresh over ``root``: the folder tables of the level with this rank, empty caches."""
    global base_path, models_dir
    base_path = str(root)
    models_dir = os.path.join(base_path, "models")
    for name in ("input", "output", "temp", "user"):
        globals()[f"{name}_directory"] = os.path.join(base_path, name)
    filename_list_cache.clear()
    folder_names_and_paths.clear()
    folder_names_and_paths.update(_default_folders(rank))


def _default_folders(rank: int) -> Iterator[tuple[str, tuple[list[str], set[str]]]]:
    for name, folders in _MODEL_FOLDERS.items():
        if rank == 0 and name in _SINCE_0_3_71:
            continue
        if name == "hypernetworks":  # the host lists custom_nodes just before it
            yield "custom_nodes", ([os.path.join(base_path, "custom_nodes")], set())
        extensions = _OTHER_EXTENSIONS.get(name, supported_pt_extensions)
        yield name, ([os.path.join(models_dir, folder) for folder in folders], extensions)


def map_legacy(folder_name: str) -> str:
    """Today's name of a folder: "unet" is "diffusion_models", "clip" is "text_encoders"."""
    return _LEGACY.get(folder_name, folder_name)


# --- the four working directories ---------------------------------------------------------------


def set_output_directory(output_dir: str) -> None:
    global output_directory
    output_directory = output_dir


def set_temp_directory(temp_dir: str) -> None:
    global temp_directory
    temp_directory = temp_dir


def set_input_directory(input_dir: str) -> None:
    global input_directory
    input_directory = input_dir


def set_user_directory(user_dir: str) -> None:
    global user_directory
    user_directory = user_dir


def get_output_directory() -> str:
    return output_directory


def get_temp_directory() -> str:
    return temp_directory


def get_input_directory() -> str:
    return input_directory


def get_user_directory() -> str:
    return user_directory


def get_directory_by_type(type_name: str) -> str | None:
    """The directory called "input", "output" or "temp"; None for any other name."""
    directories = {"output": output_directory, "temp": temp_directory, "input": input_directory}
    return directories.get(type_name)


# --- names that carry their directory: "name [output]" ------------------------------------------


def annotated_filepath(name: str) -> tuple[str, str | None]:
    """Split "name [input]" into ("name", input directory); without a mark the second is None."""
    for mark, directory in (
        ("[output]", output_directory),
        ("[input]", input_directory),
        ("[temp]", temp_directory),
    ):
        if name.endswith(mark):
            return name[: -len(mark) - 1], directory
    return name, None


def get_annotated_filepath(name: str, default_dir: str | None = None) -> str:
    """Full path of an annotated name; without a mark below ``default_dir`` (default: input)."""
    plain, directory = annotated_filepath(name)
    return os.path.join(directory or default_dir or input_directory, plain)


def exists_annotated_filepath(name: str) -> bool:
    return os.path.exists(get_annotated_filepath(name))


# --- model folders ------------------------------------------------------------------------------


def add_model_folder_path(
    folder_name: str, full_folder_path: str, is_default: bool = False
) -> None:
    """Add a directory to a folder name (made when new); ``is_default`` puts it first."""
    folder_name = map_legacy(folder_name)
    paths = folder_names_and_paths.setdefault(folder_name, ([], set()))[0]
    if full_folder_path in paths:
        if not is_default or paths[0] == full_folder_path:
            return
        paths.remove(full_folder_path)
    paths.insert(0 if is_default else len(paths), full_folder_path)


def get_folder_paths(folder_name: str) -> list[str]:
    """A copy of the folder's directories. KeyError for an unknown folder name."""
    return folder_names_and_paths[map_legacy(folder_name)][0][:]


def get_input_subfolders() -> list[str]:
    """Every folder below the input directory, relative, with forward slashes, sorted."""
    found: list[str] = []
    for directory, subfolders, _ in os.walk(input_directory):
        for subfolder in subfolders:
            relative = os.path.relpath(os.path.join(directory, subfolder), input_directory)
            found.append(relative.replace(os.sep, "/"))
    return sorted(found)


def recursive_search(
    directory: str, excluded_dir_names: list[str] | None = None
) -> tuple[list[str], dict[str, float]]:
    """All files below ``directory`` (relative) and the modification time of each folder seen."""
    if not os.path.isdir(directory):
        return [], {}
    excluded = set(excluded_dir_names or ())
    files: list[str] = []
    folders = {directory: os.path.getmtime(directory)}
    for here, subfolders, names in os.walk(directory, followlinks=True):
        subfolders[:] = [name for name in subfolders if name not in excluded]
        files += [os.path.relpath(os.path.join(here, name), directory) for name in names]
        folders.update((path, os.path.getmtime(path)) for path in _join(here, subfolders))
    return files, folders


def _join(directory: str, names: Collection[str]) -> Iterator[str]:
    for name in names:
        path = os.path.join(directory, name)
        if os.path.exists(path):
            yield path


def filter_files_extensions(files: Collection[str], extensions: Collection[str]) -> list[str]:
    """The files with one of the extensions (".pt"), sorted; no extensions means all files."""
    wanted = set(extensions)
    return sorted(
        file for file in files if not wanted or os.path.splitext(file)[-1].lower() in wanted
    )


def filter_files_content_types(files: list[str], content_types: list[str]) -> list[str]:
    """The files whose MIME kind ("image", "video", "audio", "model") is wanted, in order."""
    return [file for file in files if _content_type(file) in content_types]


def _content_type(file: str) -> str | None:
    extension = file.rpartition(".")[2]
    if extension not in extension_mimetypes_cache:
        guessed = mimetypes.guess_type(file, strict=False)[0]
        if not guessed:
            return None
        extension_mimetypes_cache[extension] = guessed.partition("/")[0]
    return extension_mimetypes_cache[extension]


def get_full_path(folder_name: str, filename: str) -> str | None:
    """Path of a model file, or None when no directory of the folder has it.

    A file name can't leave the folder: leading slashes and ".." are cut off. KeyError for an
    unknown folder name.
    """
    directories = folder_names_and_paths[map_legacy(folder_name)][0]
    inside = os.path.relpath(os.path.join("/", filename), "/")
    for directory in directories:
        path = os.path.join(directory, inside)
        if os.path.isfile(path):
            return path
    return None


def get_full_path_or_raise(folder_name: str, filename: str) -> str:
    """As ``get_full_path``, but FileNotFoundError when the file is not there."""
    path = get_full_path(folder_name, filename)
    if path is None:
        raise FileNotFoundError(f"no file {filename!r} in the model folder {folder_name!r}")
    return path


def get_filename_list_(folder_name: str) -> tuple[list[str], dict[str, float], float]:
    """The sorted files of a model folder, its folders' modification times, and the time now."""
    paths, extensions = folder_names_and_paths[map_legacy(folder_name)]
    files: set[str] = set()
    folders: dict[str, float] = {}
    for path in paths:
        found, seen = recursive_search(path, [".git"])
        files.update(filter_files_extensions(found, extensions))
        folders.update(seen)
    return sorted(files), folders, time.perf_counter()


def cached_filename_list_(folder_name: str) -> tuple[list[str], dict[str, float], float] | None:
    """The last listing while it still holds, else None."""
    kept = cache_helper.get(folder_name)
    if kept is not None:
        return kept  # type: ignore[no-any-return]
    listing = filename_list_cache.get(folder_name)
    if listing is None or _changed(listing[1]):
        return None
    if any(
        os.path.isdir(path) and path not in listing[1] for path in get_folder_paths(folder_name)
    ):
        return None
    return listing


def _changed(folders: dict[str, float]) -> bool:
    return any(not os.path.isdir(p) or os.path.getmtime(p) != when for p, when in folders.items())


def get_filename_list(folder_name: str) -> list[str]:
    """The model folder's files, relative and sorted. KeyError for an unknown folder name."""
    folder_name = map_legacy(folder_name)
    listing = cached_filename_list_(folder_name)
    if listing is None:
        listing = get_filename_list_(folder_name)
        filename_list_cache[folder_name] = listing
    cache_helper.set(folder_name, listing)
    return list(listing[0])


# --- naming what is saved -----------------------------------------------------------------------


def get_save_image_path(
    filename_prefix: str, output_dir: str, image_width: int = 0, image_height: int = 0
) -> tuple[str, str, int, str, str]:
    """Where to save next: (folder, file name, counter, subfolder, prefix).

    ``%width%``, ``%height%`` and ``%year%`` ... ``%second%`` in the prefix are filled in; the
    folder is made. ValueError when the prefix leads out of ``output_dir``.
    """
    prefix = _fill_in(filename_prefix, image_width, image_height)
    subfolder = os.path.dirname(os.path.normpath(prefix))
    filename = os.path.basename(os.path.normpath(prefix))
    folder = os.path.join(output_dir, subfolder)
    if not _inside(folder, output_dir):
        raise ValueError(
            f"saving outside the output folder is not allowed: {prefix!r} leads to "
            f"{os.path.abspath(folder)}, which is not below {output_dir}"
        )
    os.makedirs(folder, exist_ok=True)
    return folder, filename, _next_counter(folder, filename), subfolder, prefix


def _inside(path: str, directory: str) -> bool:
    whole = os.path.abspath(directory)
    try:
        return os.path.commonpath((whole, os.path.abspath(path))) == whole
    except ValueError:  # different drives
        return False


def _fill_in(prefix: str, width: int, height: int) -> str:
    now = time.localtime()
    values = {
        "width": str(width),
        "height": str(height),
        "year": str(now.tm_year),
        "month": f"{now.tm_mon:02}",
        "day": f"{now.tm_mday:02}",
        "hour": f"{now.tm_hour:02}",
        "minute": f"{now.tm_min:02}",
        "second": f"{now.tm_sec:02}",
    }
    if "%" in prefix:
        for name, value in values.items():
            prefix = prefix.replace(f"%{name}%", value)
    return prefix


def _next_counter(folder: str, filename: str) -> int:
    """One more than the highest counter of the files ``<filename>_<counter>_...`` in the folder."""
    start = os.path.normcase(filename + "_")
    highest = 0
    for name in os.listdir(folder):
        if os.path.normcase(name).startswith(start):
            digits = name[len(start) :].partition("_")[0]
            highest = max(highest, int(digits) if digits.isdecimal() else 0)
    return highest + 1
