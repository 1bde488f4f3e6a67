"""What the careless nodes do, done so that no text leads anywhere but where it should."""

import ast
import hashlib
import json
import os
import pathlib
import re
import shlex
import sqlite3
import string
import subprocess
import tarfile
import zipfile

import numpy
import torch

import folder_paths

from . import routes as routes

INPUT = folder_paths.get_input_directory
OUTPUT = folder_paths.get_output_directory


def inside(folder, text):
    """The path of what ``text`` names below ``folder``; ValueError when it leads out."""
    whole = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(whole, text))
    if os.path.commonpath((whole, path)) != whole:
        raise ValueError(f"{text!r} leads out of its folder")
    return path


class TextNode:
    CATEGORY = "escapes"
    DESCRIPTION = "A careful use of a text."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"default": "name"})}}

    def run(self, text):
        return (str(self.use(text)),)


def read_text(text):
    with open(inside(INPUT(), text), encoding="utf-8") as file:
        return file.read()


def read_image(text):
    from PIL import Image

    with Image.open(inside(INPUT(), text)) as image:
        return image.size


def read_annotated(text):
    path = folder_paths.get_annotated_filepath(text)
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def read_model(text):
    return folder_paths.get_full_path("loras", text)


def read_base_name(text):
    with open(os.path.join(INPUT(), os.path.basename(text)), "rb") as file:
        return len(file.read())


def read_database(text):
    held = sqlite3.connect(inside(INPUT(), text))
    try:
        return held.execute("select name from sqlite_master").fetchall()
    finally:
        held.close()


def write_text(text):
    path = inside(OUTPUT(), text + ".txt")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("written")
    return text


def write_counted(text):
    folder, name, counter, _, _ = folder_paths.get_save_image_path(text, OUTPUT())
    path = inside(OUTPUT(), os.path.join(folder, f"{name}_{counter:05}_.json"))
    pathlib.Path(path).write_text("{}", encoding="utf-8")
    return name


def write_clean_name(text):
    name = re.sub(r"[^A-Za-z0-9_-]", "_", text)[:60] or "name"
    torch.save({"a": 1}, os.path.join(OUTPUT(), name + ".pt"))
    return name


def delete_file(text):
    path = inside(OUTPUT(), text)
    if os.path.isfile(path):
        os.remove(path)
    return text


def list_folder(text):
    return sorted(os.listdir(inside(INPUT(), text)))


def choose_folder(text):
    known = {"input": INPUT(), "output": OUTPUT()}
    return len(os.listdir(known[text])) if text in known else "unknown"


def unpack_zip(text):
    target = os.path.join(OUTPUT(), "unpacked")
    with zipfile.ZipFile(inside(INPUT(), text)) as archive:
        for member in archive.namelist():
            inside(target, member)
        archive.extractall(target)
    return text


def unpack_tar(text):
    target = os.path.join(OUTPUT(), "unpacked")
    with tarfile.open(inside(INPUT(), text)) as archive:
        archive.extractall(target, filter="data")
    return text


def load_torch(text):
    return sorted(torch.load(inside(INPUT(), text), weights_only=True))


def load_array(text):
    return numpy.load(inside(INPUT(), text), allow_pickle=False).tolist()


def load_json(text):
    return json.loads(text)


def load_yaml(text):
    import yaml

    return yaml.safe_load(text)


def evaluate_literal(text):
    return ast.literal_eval(text)


def evaluate_sum(text):
    tree = ast.parse(text, mode="eval")
    if not all(isinstance(n, (ast.Expression, ast.Constant, ast.BinOp, ast.Add)) for n in ast.walk(tree)):
        raise ValueError("only sums")
    return len(list(ast.walk(tree)))


def fill_template(text):
    return string.Template(text).safe_substitute({"name": "value"})


def format_number(text):
    return text.replace("%d", "1")


def run_program(text):
    return subprocess.run(["echo", "--", text.replace("\0", "")], capture_output=True).stdout


def run_quoted(text):
    command = "echo " + shlex.quote("./" + text.replace("\0", ""))
    return subprocess.run(command, shell=True, capture_output=True).stdout


def search_text(text):
    return [part for part in ("one", "two") if re.search(re.escape(text), part)]


def upper_case(text):
    return text.upper()


def echo(text):
    print("given", text)
    return f"You said {text}"


def split_lines(text):
    return [line.strip() for line in text.splitlines()]


def reversed_text(text):
    return text[::-1]


FUNCTIONS = [
    read_text, read_image, read_annotated, read_model, read_base_name, read_database, write_text,
    write_counted, write_clean_name, delete_file, list_folder, choose_folder, unpack_zip,
    unpack_tar, load_torch, load_array, load_json, load_yaml, evaluate_literal, evaluate_sum,
    fill_template, format_number, run_program, run_quoted, search_text, upper_case, echo,
    split_lines, reversed_text,
]  # fmt: skip
NODE_CLASS_MAPPINGS = {}
for function in FUNCTIONS:
    key = "Careful" + "".join(part.title() for part in function.__name__.split("_"))
    body = {"use": staticmethod(function), "__module__": __name__}
    NODE_CLASS_MAPPINGS[key] = type(key, (TextNode,), body)
NODE_DISPLAY_NAME_MAPPINGS = {key: key for key in NODE_CLASS_MAPPINGS}
