"""`derive generate`: a network's solver as a module."""

from __future__ import annotations

from derive.commands.usage import Options
from derive.escaping import terminal
from derive.running.files import check_target, write_text
from derive.theories.networks.derivation import derive as derive_theory
from derive.theories.networks.description import load_network
from derive.theories.networks.module import generate as generate_module


def generate(options: Options) -> int:
    """Print the module, or write it."""
    network = load_network(options.spec)
    target = None if options.out is None else check_target(options.out, options.spec)
    module = generate_module(derive_theory(network))
    if target is None:
        print(module.source, end="")
        return 0
    write_text(target, module.source)
    print(f"wrote {terminal(options.out)}")
    return 0
