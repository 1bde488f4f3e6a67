"""Join, split, replace, pick a line."""

import hashlib
import re


class AnyType(str):
    """A type that every output may be connected to: hosts compare types with !=."""

    def __ne__(self, other):
        return False


ANY = AnyType("*")


class JoinTexts:
    """Joins up to three texts."""

    CATEGORY = "Text Kit"
    DESCRIPTION = "Joins texts with a separator; empty ones are left out."
    FUNCTION = "join"
    RETURN_TYPES = ("STRING",)
    RETURN_NAMES = ("text",)

    @classmethod
    def INPUT_TYPES(cls):
        text = ("STRING", {"default": "", "multiline": True})
        return {
            "required": {"first": text, "second": text},
            "optional": {"third": text, "separator": ("STRING", {"default": ", "})},
        }

    def join(self, first, second, third="", separator=", "):
        return (separator.join(part for part in (first, second, third) if part),)


class SplitText:
    """Splits a text into a list of parts."""

    CATEGORY = "Text Kit"
    DESCRIPTION = "Splits at a separator and counts the parts."
    FUNCTION = "split"
    RETURN_TYPES = ("STRING", "INT")
    RETURN_NAMES = ("parts", "count")
    OUTPUT_IS_LIST = (True, False)
    OUTPUT_TOOLTIPS = ("One item for each part.", "How many parts there are.")

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "text": ("STRING", {"default": "", "multiline": True}),
                "separator": ("STRING", {"default": ","}),
                "limit": ("INT", {"default": 100, "min": 1, "max": 10000}),
            }
        }

    def split(self, text, separator, limit):
        parts = text.split(separator, limit - 1) if separator else [text]
        return (parts, len(parts))


class ReplaceInText:
    """Replaces a text or a pattern."""

    CATEGORY = "Text Kit"
    DESCRIPTION = "Replaces every occurrence of a text or of a regular expression."
    FUNCTION = "replace"
    RETURN_TYPES = ("STRING",)

    MODES = ["text", "pattern"]

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "text": ("STRING", {"default": "", "multiline": True}),
                "find": ("STRING", {"default": ""}),
                "replacement": ("STRING", {"default": ""}),
                "mode": (cls.MODES, {"default": "text"}),
            }
        }

    @classmethod
    def VALIDATE_INPUTS(cls, find, mode):
        if mode == "pattern" and find is not None:
            try:
                re.compile(find)
            except re.error as error:
                return f"find is no pattern: {error}"
        return True

    def replace(self, text, find, replacement, mode):
        if not find:
            return (text,)
        if mode == "text":
            return (text.replace(find, replacement),)
        return (re.sub(find, lambda match: replacement, text),)


class PickLine:
    """Picks a line by number or by seed."""

    CATEGORY = "Text Kit"
    DESCRIPTION = "Picks one line of a text; the seed decides which."
    FUNCTION = "pick"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        seed = {"default": 0, "min": 0, "max": 0xFFFFFFFFFFFFFFFF, "control_after_generate": True}
        return {
            "required": {
                "lines": ("STRING", {"default": "one\ntwo", "multiline": True}),
                "seed": ("INT", seed),
            }
        }

    @classmethod
    def IS_CHANGED(cls, lines, seed):
        return hashlib.sha256(f"{seed}:{lines}".encode()).hexdigest()

    def pick(self, lines, seed):
        found = [line for line in lines.splitlines() if line.strip()]
        return (found[seed % len(found)] if found else "",)


class ShowAnything:
    """Shows a value as text under the node."""

    CATEGORY = "Text Kit/debug"
    DESCRIPTION = "Shows any value."
    FUNCTION = "show"
    RETURN_TYPES = ()
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": (ANY,)}, "hidden": {"unique_id": "UNIQUE_ID"}}

    def show(self, value, unique_id=None):
        return {"ui": {"text": (f"{unique_id}: {value}",)}, "result": ()}


NODE_CLASS_MAPPINGS = {
    "TextKitJoin": JoinTexts,
    "TextKitSplit": SplitText,
    "TextKitReplace": ReplaceInText,
    "TextKitPickLine": PickLine,
    "TextKitShow": ShowAnything,
}
NODE_DISPLAY_NAME_MAPPINGS = {
    "TextKitJoin": "Join Texts (Text Kit)",
    "TextKitSplit": "Split Text (Text Kit)",
    "TextKitReplace": "Replace in Text (Text Kit)",
    "TextKitPickLine": "Pick Line (Text Kit)",
    "TextKitShow": "Show Anything (Text Kit)",
}
