"""What the theory of disorder hands to the floors above it; see `derive.theories.Theory`."""

from __future__ import annotations

from derive.theories.disorder.verbs.table import VERBS

kind = "disorder"
subject = "systems with quenched disorder"
home = "derive.theories.disorder"
verbs = VERBS
flags = ("--model",)
names = {
    "DisorderedModel": f"{home}.description",
    "load_model": f"{home}.description",
    "load": f"{home}.description:load_model",
    "compare": f"{home}.words",
    "derive": f"{home}.derivation",
    "generate": f"{home}.module",
    "solve": f"{home}.solver",
    "check": f"{home}.checks",
}
