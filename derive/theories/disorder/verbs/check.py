"""`derive check`: a model's generated solver against definitions and known limits."""

from __future__ import annotations

import json

from derive.commands.usage import Options, UsageError
from derive.running.progress import spinner
from derive.theories.disorder import checks
from derive.theories.disorder.description import load_model
from derive.theories.disorder.verbs.solve import settings


def check(options: Options) -> int:
    """Print every verdict; the status is the worst of them."""
    model, given = load_model(options.spec), settings(options)
    if options.samples is not None and not options.ladder:
        raise UsageError("--samples: it is for --ladder; give --ladder too, or leave it out")
    with spinner("checking") as tell:
        if options.ladder:
            samples = options.samples or checks.SAMPLES
            results = checks.ladder(
                model, seed=options.seed, samples=samples, progress=tell, **given
            )
        else:
            results = checks.check(model, seed=options.seed, module=None, progress=tell, **given)
    if options.json:
        print(json.dumps([result.as_dict() for result in results], indent=2))
    else:
        print(checks.render(results))
    return checks.exit_status(results)
