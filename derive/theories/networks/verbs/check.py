"""`derive check`: generated code and known limits, at many digits; and the whole ladder."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from derive.commands.usage import Options, UsageError
from derive.running.progress import spinner
from derive.theories.networks import checks
from derive.theories.networks.description import Network, load_data
from derive.theories.networks.sweeps.evidence import CLAIMS
from derive.theories.networks.verbs.options import changed, network_of, tell_features, with_symbols

OF_LADDER = ("data", "out", "resume", "overwrite", "draws", "jobs", "temperature")


def check(options: Options) -> int:
    """Print every verdict; the status is the worst of them."""
    if options.ladder:
        if options.module is not None:
            raise UsageError("--module: the ladder has modules of its own; leave out --ladder")
        return _ladder(options)
    for name in OF_LADDER:
        if getattr(options, name) not in (None, False, []):
            raise UsageError(f"--{name}: it is for --ladder; give --ladder too, or leave it out")
    network = with_symbols(network_of(options), options)
    tell_features(network)
    _tell_depths(network)
    module = None if options.module is None else checks.load_module(options.module)
    with spinner("checking") as tell:
        results = checks.check(
            network, digits=options.digits, seed=options.seed, module=module, claims=CLAIMS,
            progress=tell,
        )  # fmt: skip
    if options.json:
        _print_json([result.as_dict() for result in results])
    else:
        print(checks.render(results))
    return checks.exit_status(results)


def _tell_depths(network: Network) -> None:
    """Say at which depths a network of symbolic depth is checked."""
    depths = checks.chosen_depths(network)
    if depths:
        said = ", ".join(f"{name} = {number}" for name, number in depths.items())
        _tell(f"the module for any depth is checked at {said}, against the network written out")


def _ladder(options: Options) -> int:
    from derive.theories.networks.ladder import render
    from derive.theories.networks.runs.climb import climb

    wanted = _wanted(options)
    with _folder(options, wanted) as folder:
        ladder = climb(wanted, folder, _tell)
        if options.out is not None:
            _write_page(wanted, ladder, folder)
    if options.json:
        _print_json(ladder.as_dict())
    else:
        print(render(ladder))
    return ladder.status


def _wanted(options: Options) -> Any:
    from derive.theories.networks.ladder import Effort
    from derive.theories.networks.runs.climb import Climb, instances_for, packaged_instances

    if options.out is None and (options.resume or options.overwrite):
        raise UsageError("--resume, --overwrite: they are for a folder; give --out DIR too")
    network = changed(network_of(options), options)
    tell_features(network)
    _tell_depths(network)
    effort = Effort.of(options.draws, options.seed)
    if options.spec is None:
        if options.data is not None:
            raise UsageError("--data: the network is missing; give SPEC.toml in front of it")
        instances = packaged_instances(options.seed)
    else:
        written_out = checks.at_chosen_depths(network)
        data = None if options.data is None else load_data(options.data, written_out)
        instances = instances_for(network, data, options.seed)
    return Climb(network, instances, options.digits, options.seed, effort, options.jobs or 2)


@contextmanager
def _folder(options: Options, wanted: Any) -> Iterator[Path]:
    """The folder of --out, or one for the time of the climb."""
    from derive.running.folder import opened_folder
    from derive.theories.networks.runs.folder import DRAWS, LAYOUT

    if options.out is None:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
        return
    about = {"command": "derive check --ladder", "title": wanted.network.name}
    with opened_folder(
        options.out, LAYOUT, wanted.fingerprint(), about,
        resume=options.resume, overwrite=options.overwrite, homes=(DRAWS,),
    ) as folder:  # fmt: skip
        try:
            yield folder.path
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; what was drawn is in {folder.path}, and the same command with "
                "--resume goes on"
            ) from None


def _tell(line: str) -> None:
    print(f"derive: note: {line}", file=sys.stderr)


def _write_page(wanted: Any, ladder: Any, folder: Path) -> None:
    from derive.running.files import write_text
    from derive.theories.networks.report.ladder import ladder_page

    write_text(folder / "ladder.html", ladder_page(ladder))


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=1, ensure_ascii=False))
