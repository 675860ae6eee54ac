"""`derive show`: a network and the derivation of its theory."""

from __future__ import annotations

from derive.commands.usage import Options, UsageError
from derive.running.progress import spinner
from derive.steps.table import certificate_lines
from derive.theories.networks.derivation import derive as derive_theory
from derive.theories.networks.verbs.options import network_of, refuse_together, reshaped

DIGITS = 20


def show(options: Options) -> int:
    """Print the derivation, and with --certify the evidence for its steps."""
    refuse_together(options, "latex", "markdown")
    refuse_together(options, "latex", "certify", "certificates go with plain text or Markdown")
    if options.digits is not None and not options.certify:
        raise UsageError("--digits: it is for certificates; give --certify too")
    derivation = derive_theory(reshaped(network_of(options), options))
    if options.latex:
        print(derivation.to_latex(), end="")
        return 0
    print(derivation.to_markdown() if options.markdown else str(derivation), end="")
    if not options.markdown:
        print()
    if options.certify:
        with spinner("certifying") as tell:
            evidence = derivation.certify(options.digits or DIGITS, progress=tell)
        for line in certificate_lines(derivation.steps, evidence, markdown=options.markdown):
            print(line)
    return 0
