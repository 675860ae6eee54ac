"""`derive compare`: a claim about a disordered model."""

from __future__ import annotations

import json

from derive.claims.result import render
from derive.commands.usage import Options
from derive.evidence.verdict import Verdict
from derive.running.progress import spinner
from derive.theories.disorder.words import decide, load_claim

STATUS = {Verdict.AGREES: 0, Verdict.DISAGREES: 1, Verdict.INCONCLUSIVE: 3}


def compare(options: Options) -> int:
    """Print the answer to a claim; the status is the verdict."""
    claim = load_claim(options.claim)
    with spinner("comparing"):
        result = decide(claim, instances=options.instances, seed=options.seed)
    text = render(result)
    if options.json:
        text = json.dumps(result.as_dict(), indent=1, ensure_ascii=False)
    print(text)
    return STATUS[result.verdict]
