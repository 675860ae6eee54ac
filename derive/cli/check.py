"""`derive check`: generated code and known limits, at many digits."""

from __future__ import annotations

import json

from derive import checks
from derive.cli.options import network_of
from derive.cli.parser import Options
from derive.running.progress import spinner


def check(options: Options) -> int:
    """Print every verdict; the status is the worst of them."""
    network = network_of(options)
    with spinner("checking") as tell:
        results = checks.check(network, digits=options.digits, seed=options.seed, progress=tell)
    if options.json:
        content = [result.as_dict() for result in results]
        print(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        print(checks.render(results))
    return checks.exit_status(results)
