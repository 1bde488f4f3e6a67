"""A node pack for tests: makes the inputs of recorded executions, and digests of what came out.

The encoding of both is told in ``tests/data/host_executions.json``. Not told there: ``binary`` in a
tensor (ones where the random number is greater), and that the pooled output of a conditioning is
made with the next seed.
"""

import hashlib
import json


class MakeValue:
    """Makes the value that a specification (JSON) describes."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"spec": ("STRING",)}}

    RETURN_TYPES = ("*",)
    FUNCTION = "make"
    CATEGORY = "tests"

    def make(self, spec):
        return (made(json.loads(spec)),)


class DigestValue:
    """The digest of any value, as JSON."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("*",)}}

    RETURN_TYPES = ("STRING",)
    FUNCTION = "digest"
    CATEGORY = "tests"

    def digest(self, value):
        return (json.dumps(digest(value)),)


def made(spec):
    if isinstance(spec, list):
        return [made(each) for each in spec]
    if not isinstance(spec, dict):
        return spec
    (name,) = spec if len(spec) == 1 else ("",)
    maker = _MAKERS.get(name)
    return maker(spec[name]) if maker else {key: made(each) for key, each in spec.items()}


def _tensor(spec):
    import torch

    torch.manual_seed(spec["seed"])
    low, high = spec.get("lo", 0.0), spec.get("hi", 1.0)
    random = torch.rand(spec["shape"]) * (high - low) + low
    return (random > spec["binary"]).float() if "binary" in spec else random


def _conditioning(spec):
    seed, dim = spec["seed"], spec["dim"]
    tokens = _tensor({"seed": seed, "shape": [1, spec["tokens"], dim]})
    pooled = _tensor({"seed": seed + 1, "shape": [1, dim]})
    return [[tokens, {"pooled_output": pooled, **made(spec.get("extra") or {})}]]


def _audio(spec):
    return {"waveform": _tensor(spec), "sample_rate": spec["rate"]}


def _sigmas(spec):
    import torch

    return torch.tensor(spec, dtype=torch.float32)


_MAKERS = {
    "$tensor": _tensor,
    "$latent": lambda spec: {key: made(each) for key, each in spec.items()},
    "$cond": _conditioning,
    "$audio": _audio,
    "$sigmas": _sigmas,
}


def digest(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"kind": type(value).__name__, "value": value}
    if isinstance(value, dict):
        return {"kind": "dict", "items": {key: digest(value[key]) for key in value}}
    if isinstance(value, (list, tuple)):
        return {"kind": "list", "items": [digest(each) for each in value]}
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        return _tensor_digest(value)
    return {"kind": "object", "type": type(value).__name__}


def _tensor_digest(tensor):
    import torch

    plain = tensor.detach().cpu()
    wide = plain.to(torch.float64)
    facts = {
        "kind": "tensor",
        "shape": [*plain.shape],
        "dtype": str(plain.dtype).removeprefix("torch."),
        "sha256_r4": _rounded_sha(wide.numpy()),
    }
    if wide.numel():
        facts |= {"mean": wide.mean().item(), "std": wide.std(correction=0).item()}
        facts |= {"min": wide.min().item(), "max": wide.max().item()}
        facts["first8"] = wide.flatten()[:8].tolist()
    return facts


def _rounded_sha(wide):
    import numpy

    rounded = numpy.round(wide * 1e4) / 1e4
    little = (rounded + 0.0).astype("<f4")  # -0 becomes 0
    return hashlib.sha256(numpy.ascontiguousarray(little).tobytes()).hexdigest()


NODE_CLASS_MAPPINGS = {"MakeValue": MakeValue, "DigestValue": DigestValue}
