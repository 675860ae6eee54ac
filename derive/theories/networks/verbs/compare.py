"""`derive compare`: a derivation of the user's own, line by line."""

from __future__ import annotations

import json
from typing import Any

from derive.claims.result import render
from derive.commands.usage import Options, UsageError
from derive.evidence.verdict import Verdict
from derive.running.progress import spinner
from derive.theories.networks.words import gallery
from derive.theories.networks.words.compare import decide
from derive.theories.networks.words.load import load_claim

STATUS = {Verdict.AGREES: 0, Verdict.DISAGREES: 1, Verdict.INCONCLUSIVE: 3}


def compare(options: Options) -> int:
    """Print the answer to a claim, or to all of the gallery; the status is the verdict."""
    if options.gallery == (options.claim is not None):
        raise UsageError(
            "give the path of a claim, or --gallery for those that come with the program, not both"
        )
    return _gallery(options) if options.gallery else _claim(options)


def _claim(options: Options) -> int:
    wanted = load_claim(options.claim)
    with spinner("comparing"):
        result = decide(
            wanted, digits=options.digits, instances=options.instances, seed=options.seed
        )
    _print(options, result.as_dict(), render(result))
    return STATUS[result.verdict]


def _gallery(options: Options) -> int:
    with spinner("comparing") as tell:
        outcomes = list(
            gallery.run(
                digits=options.digits, instances=options.instances, seed=options.seed, progress=tell
            )
        )
    content = [
        {
            "name": o.name,
            "expect": o.claim.expect,
            "as_expected": o.as_expected,
            **o.result.as_dict(),
        }
        for o in outcomes
    ]
    _print(options, content, gallery.table(outcomes))
    return 0 if all(outcome.as_expected for outcome in outcomes) else 1


def _print(options: Options, content: Any, text: str) -> None:
    print(json.dumps(content, indent=1, ensure_ascii=False) if options.json else text)
