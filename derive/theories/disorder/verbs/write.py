"""`derive show` and `derive generate` of disordered models."""

from __future__ import annotations

from derive.commands.usage import Options, UsageError
from derive.escaping import terminal
from derive.running.files import check_target, write_text
from derive.running.progress import spinner
from derive.steps.table import certificate_lines
from derive.theories.disorder.derivation import derive as derive_theory
from derive.theories.disorder.description import load_model
from derive.theories.disorder.module import generate as generate_module

DIGITS = 20


def generate(options: Options) -> int:
    """Print the module, or write it."""
    model = load_model(options.spec)
    target = None if options.out is None else check_target(options.out, options.spec)
    module = generate_module(model)
    if target is None:
        print(module.source, end="")
        return 0
    write_text(target, module.source)
    print(f"wrote {terminal(options.out)}")
    return 0


def show(options: Options) -> int:
    """Print the derivation, and with --certify the evidence for its steps."""
    if options.latex and (options.markdown or options.certify):
        raise UsageError("--latex: it goes without --markdown and --certify")
    if options.digits is not None and not options.certify:
        raise UsageError("--digits: it is for certificates; give --certify too")
    derivation = derive_theory(load_model(options.spec))
    if options.latex:
        print(derivation.to_latex(), end="")
        return 0
    print(derivation.to_markdown() if options.markdown else f"{derivation}\n", end="")
    if options.certify:
        with spinner("certifying") as tell:
            evidence = derivation.certify(options.digits or DIGITS, progress=tell)
        for line in certificate_lines(derivation.steps, evidence, markdown=options.markdown):
            print(line)
    return 0
