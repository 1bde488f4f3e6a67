"""Values as JSON: the host draws recipes, the worker makes values from them and sums values up.

The same recipe gives the same bits with every version of torch. Nothing here imports torch before
a value needs it.
"""

from reference_runtime.recipes.making import BadRecipe, Recipe, make
from reference_runtime.recipes.summing import Summary, digest, summary
from reference_runtime.recipes.wording import is_fake, snippet, text

__all__ = [
    "BadRecipe",
    "Recipe",
    "Summary",
    "digest",
    "is_fake",
    "make",
    "snippet",
    "summary",
    "text",
]
