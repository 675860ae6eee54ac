"""Print how long derivations for any depth take: ``python benchmarks/any_depth.py``."""

from __future__ import annotations

import time

from derive import Attention, Embedding, Linear, Network, Readout, Repeat, Residual, derive

BLOCKS = {
    "attention": (Attention("H", 0.9, "N"),),
    "attention, linear": (Attention("H", 0.9, "N"), Linear(0.7, "N")),
    "residual": (Residual((Attention("H", 0.8),)),),
    "residual, attention": (Residual((Attention("H", 0.8),)), Attention("H", 0.9, "N")),
}


def main() -> None:
    print("a block repeated L times: derivation (aim: under 5 s), certificates at 20 digits (s)")
    for name, block in BLOCKS.items():
        network = Network((Embedding("N", 1.2), Repeat(block, "L"), Readout(1.1)), "T")
        start = time.perf_counter()
        derivation = derive(network)
        middle = time.perf_counter()
        derivation.certify(20)
        spent = time.perf_counter() - middle
        print(f"  {name:<22} {middle - start:6.2f} {spent:8.2f}")


if __name__ == "__main__":
    main()
