"""Functions that do with a text what no text from outside should decide."""

import csv
import glob
import importlib.util
import json
import os
import pathlib
import pickle
import shutil
import socket
import sqlite3
import string
import subprocess
import tarfile
import urllib.request
import zipfile

import numpy
import torch

import folder_paths

from .base import TitledNode, as_nodes


def _input(text):
    return os.path.join(folder_paths.get_input_directory(), text)


def _output(text):
    return os.path.join(folder_paths.get_output_directory(), text)


def read_text(text):
    with open(_input(text), encoding="utf-8") as file:
        return file.read()


def read_beside_cwd(text):
    return pathlib.Path(text).read_text(encoding="utf-8")


def read_json(text):
    if not text.endswith(".json"):
        return "not JSON"
    with open(_input(text), encoding="utf-8") as file:
        return json.load(file)


def read_csv(text):
    with open(_input(text), newline="", encoding="utf-8") as file:
        return [*csv.reader(file)]


def read_image(text):
    from PIL import Image

    with Image.open(_input(text)) as image:
        return image.size


def read_array(text):
    return numpy.load(_input(text)).tolist()


def read_low_level(text):
    number = os.open(_input(text), os.O_RDONLY)
    try:
        return os.read(number, 100)
    finally:
        os.close(number)


def read_natively(text):
    return bytes(torch.from_file(_input(text), size=22, dtype=torch.uint8).numpy())


def read_safetensors(text):
    from safetensors.torch import load_file

    return {name: bytes(each.numpy()) for name, each in load_file(_input(text)).items()}


def read_database(text):
    held = sqlite3.connect(_input(text))
    try:
        return held.execute("select name from sqlite_master").fetchall()
    finally:
        held.close()


def copy_in(text):
    return shutil.copy(text, _input("copied"))


def write_text(text):
    with open(_output(text), "w", encoding="utf-8") as file:
        file.write("written")
    return text


def write_named(text):
    pathlib.Path(_output(f"{text}_00001.json")).write_text("{}", encoding="utf-8")
    return text


def write_array(text):
    numpy.save(_output(text), numpy.zeros(2))
    return text


def write_natively(text):
    torch.save({"a": 1}, _output(text))
    return text


def make_folders(text):
    os.makedirs(_output(text), exist_ok=True)
    return text


def make_link(text):
    os.symlink(_input("a"), _output(text))
    return text


def move_away(text):
    source = _output("moved")
    pathlib.Path(source).write_text("x", encoding="utf-8")
    os.replace(source, _output(text))
    return text


def delete_file(text):
    os.remove(_output(text))
    return text


def delete_folder(text):
    shutil.rmtree(_output(text), ignore_errors=True)
    return text


def list_folder(text):
    return os.listdir(_input(text))


def list_pattern(text):
    return glob.glob(_input(text))


def walk_folder(text):
    return [files for _, _, files in os.walk(_input(text))]


def tell_existence(text):
    if not os.path.exists(_input(text)):
        return "there is no such file"
    return "found"


def unpack_zip(text):
    with zipfile.ZipFile(_input(os.path.basename(text))) as archive:
        for member in archive.namelist():
            path = _output(member)
            with open(path, "wb") as file:
                file.write(archive.read(member))
    return text


def unpack_tar(text):
    with tarfile.open(_input(os.path.basename(text))) as archive:
        for member in archive.getmembers():
            path = _output(member.name)
            with open(path, "wb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)
    return text


def load_pickle(text):
    with open(_input(os.path.basename(text)), "rb") as file:
        return pickle.load(file)


def load_torch(text):
    return torch.load(_input(os.path.basename(text)), weights_only=False)


def load_yaml(text):
    import yaml

    with open(_input(os.path.basename(text)), encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.UnsafeLoader)


def load_objects(text):
    return numpy.load(_input(os.path.basename(text)), allow_pickle=True)


def load_module(text):
    spec = importlib.util.spec_from_file_location("plugin", _input(os.path.basename(text)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def evaluate(text):
    return eval(text)


def evaluate_barely(text):
    return eval(text, {"__builtins__": {}}, {"x": 1})


def execute(text):
    exec(text)
    return "done"


def evaluate_function(text):
    return eval(f"lambda x: {text}")


def import_by_name(text):
    return __import__(text)


def format_with_objects(text):
    return text.format(folder_paths)


def run_shell(text):
    os.system("echo " + text)
    return text


def run_quoted_badly(text):
    return subprocess.run(f'echo "{text}"', shell=True, capture_output=True).stdout


def run_with_option(text):
    return subprocess.run(["echo", text], capture_output=True).stdout


def fetch(text):
    return urllib.request.urlopen(text, timeout=1).read()


def connect(text):
    with socket.create_connection((text, 9), timeout=1):
        return "connected"


def fill_in_variables(text):
    return string.Template(text).safe_substitute(os.environ)


def tell_variable(text):
    return os.environ.get(text, "")


def write_into_pack(text):
    here = pathlib.Path(__file__).parent / os.path.basename(text or "empty")
    here.with_suffix(".cache").write_text("x", encoding="utf-8")
    return text


SINKS = as_nodes(
    [
        read_text, read_beside_cwd, read_json, read_csv, read_image, read_array, read_low_level,
        read_natively, read_safetensors, read_database, copy_in, write_text, write_named,
        write_array, write_natively, make_folders, make_link, move_away, delete_file,
        delete_folder, list_folder, list_pattern, walk_folder, tell_existence, unpack_zip,
        unpack_tar, load_pickle, load_torch, load_yaml, load_objects, load_module, evaluate,
        evaluate_barely, execute, evaluate_function, import_by_name, format_with_objects,
        run_shell, run_quoted_badly, run_with_option, fetch, connect, fill_in_variables,
        tell_variable, write_into_pack,
    ],
    TitledNode,
)  # fmt: skip
