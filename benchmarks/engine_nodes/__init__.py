"""Trivial nodes for ``benchmarks/engine.py``; any host loads them."""

import asyncio


class BenchSource:
    CATEGORY, FUNCTION, RETURN_TYPES = "bench", "run", ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"default": ""})}}

    def run(self, text):
        return (text,)


class BenchPass(BenchSource):
    pass


class BenchSleep(BenchSource):
    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "text": ("STRING", {"default": ""}),
                "seconds": ("FLOAT", {"default": 0.2, "min": 0.0, "max": 60.0}),
            }
        }

    async def run(self, text, seconds):
        await asyncio.sleep(seconds)
        return (text,)


class BenchShow(BenchSource):
    RETURN_TYPES, OUTPUT_NODE = (), True

    def run(self, text):
        return {"ui": {"text": [text]}}


NODE_CLASS_MAPPINGS = {cls.__name__: cls for cls in (BenchSource, BenchPass, BenchSleep, BenchShow)}
