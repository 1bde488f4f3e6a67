"""Checks of a path that look careful, and that some text gets past."""

import os
import re
import unicodedata
import urllib.parse

import folder_paths

from .base import TextNode, as_nodes


def _folder():
    return folder_paths.get_input_directory()


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def no_check(text):
    return _read(os.path.join(_folder(), text))


def starts_with_unresolved(text):
    path = os.path.join(_folder(), text)
    if not path.startswith(_folder()):
        raise ValueError("outside")
    return _read(path)


def starts_with_resolved(text):
    path = os.path.realpath(os.path.join(_folder(), text))
    if not path.startswith(os.path.realpath(_folder())):
        raise ValueError("outside")
    return _read(path)


def abspath_and_prefix(text):
    path = os.path.abspath(os.path.join(_folder(), text))
    if os.path.commonprefix([path, _folder()]) != _folder():
        raise ValueError("outside")
    return _read(path)


def abspath_and_commonpath(text):
    path = os.path.abspath(os.path.join(_folder(), text))
    if os.path.commonpath([path, _folder()]) != _folder():
        raise ValueError("outside")
    return _read(path)


def dots_replaced_once(text):
    return _read(os.path.join(_folder(), text.replace("../", "").lstrip("/")))


def dots_refused(text):
    if ".." in text:
        raise ValueError("outside")
    return _read(os.path.join(_folder(), text))


def absolute_refused(text):
    if os.path.isabs(text):
        raise ValueError("absolute")
    return _read(os.path.join(_folder(), text))


def leading_dots_refused(text):
    if text.startswith(("..", "/")):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), text))


def ending_looked_at(text):
    if not text.lower().endswith((".png", ".jpg")):
        raise ValueError("not an image")
    return _read(os.path.join(_folder(), text))


def stripped_after_check(text):
    if text.startswith(("/", ".")):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), text.strip()))


def unquoted_after_check(text):
    if ".." in text or text.startswith("/"):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), urllib.parse.unquote(text)))


def unquoted_twice(text):
    text = urllib.parse.unquote(text)
    if ".." in text or text.startswith("/"):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), urllib.parse.unquote(text)))


def normalized_after_check(text):
    if ".." in text or text.startswith("/"):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), unicodedata.normalize("NFKC", text)))


def cleaned_after_check(text):
    if ".." in text or text.startswith("/"):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), re.sub("[\u200b\u200c\u200d]", "", text)))


def backslashes_after_check(text):
    if "../" in text or text.startswith("/"):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), text.replace("\\", "/")))


def expanded_after_check(text):
    if ".." in text or text.startswith("/"):
        raise ValueError("outside")
    return _read(os.path.expanduser(os.path.expandvars(text)))


def characters_stripped(text):
    return _read(os.path.join(_folder(), text.replace("\\\\?\\", "")))


def address_taken_apart(text):
    if not text.startswith("file://"):
        raise ValueError("no address")
    return _read(urllib.parse.urlparse(text).path)


def quotes_taken_off(text):
    if text.startswith(("/", ".")):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), text.strip('"')))


def first_folder_looked_at(text):
    if text.split("/")[0] in ("", "..", "~"):
        raise ValueError("outside")
    return _read(os.path.join(_folder(), text))


class CarelessValidatorOnly(TextNode):
    """A validator never sees what comes over a link."""

    @classmethod
    def VALIDATE_INPUTS(cls, text):
        if os.path.isabs(text) or ".." in text:
            return "outside"
        return True

    def use(self, text):
        return _read(os.path.join(_folder(), text))


class CarelessFingerprint(TextNode):
    """The file is read to see whether it changed."""

    @classmethod
    def IS_CHANGED(cls, text):
        return _read(os.path.join(_folder(), text)).hex()

    def use(self, text):
        return "unused"


CHECKS = {
    **as_nodes(
        [
            no_check, starts_with_unresolved, starts_with_resolved, abspath_and_prefix,
            abspath_and_commonpath, dots_replaced_once, dots_refused, absolute_refused,
            leading_dots_refused, ending_looked_at, stripped_after_check, unquoted_after_check,
            unquoted_twice, normalized_after_check, cleaned_after_check, backslashes_after_check,
            expanded_after_check, characters_stripped, address_taken_apart, quotes_taken_off,
            first_folder_looked_at,
        ]
    ),
    "CarelessValidatorOnly": CarelessValidatorOnly,
    "CarelessFingerprint": CarelessFingerprint,
}  # fmt: skip
