"""One node for each way to be careless with a text that anyone may set."""

from . import routes as routes
from .checks import CHECKS
from .sinks import SINKS

NODE_CLASS_MAPPINGS = {**SINKS, **CHECKS}
NODE_DISPLAY_NAME_MAPPINGS = {key: key for key in NODE_CLASS_MAPPINGS}
