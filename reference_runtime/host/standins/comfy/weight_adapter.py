"""``comfy.weight_adapter``: the kinds of LoRA the host trains and loads, as stand-ins."""

from __future__ import annotations

from reference_runtime.host.stubs import make_stub


def _adapter(name: str) -> type:
    made: type = make_stub(f"comfy.weight_adapter.{name}", "stand-in")
    return made


LoRAAdapter = _adapter("LoRAAdapter")
LoHaAdapter = _adapter("LoHaAdapter")
LoKrAdapter = _adapter("LoKrAdapter")
GLoRAAdapter = _adapter("GLoRAAdapter")
OFTAdapter = _adapter("OFTAdapter")
BOFTAdapter = _adapter("BOFTAdapter")
WeightAdapterBase = _adapter("WeightAdapterBase")
WeightAdapterTrainBase = _adapter("WeightAdapterTrainBase")

adapters = [LoRAAdapter, LoHaAdapter, LoKrAdapter, GLoRAAdapter, OFTAdapter, BOFTAdapter]
adapter_maps = {
    "LoRA": LoRAAdapter,
    "LoHa": LoHaAdapter,
    "LoKr": LoKrAdapter,
    "OFT": OFTAdapter,
}
"""Training algorithms by the name in the menu."""
