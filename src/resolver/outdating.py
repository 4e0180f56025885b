"""``resolver outdated``: which pins are behind what they could be, and what holds them back.

All packages are resolved anew as by ``--upgrade``: that tells what is allowed, and brings the listings that
tell what there is.  What holds a package back is read from the requirements of that answer; where none of
them names a version that is in the way, ``resolver why`` would have to search for a proof.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.outdated import Behind
from resolver.model.requirement import Requirement
from resolver.model.version import normal_version
from resolver.policy import Yanked
from resolver.session import examine
from resolver.whatif.edits import EXACT, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from resolver.arguments import Arguments
    from resolver.catalog import Candidates
    from resolver.channels import Channels
    from resolver.console import Streams
    from resolver.formats.answer import Answer, Pinned
    from resolver.inputs import Inputs
    from resolver.problem import PythonProblem

__all__ = ["outdated"]


def outdated(arguments: Arguments, inputs: Inputs, streams: Streams, channels: Channels) -> list[Behind]:
    """Return what there is of each pin, sorted by name.

    Pins are those of the file that ``--output-file`` or ``--preference`` names; of the sources themselves
    where there is none, which then ask for their packages without them.  Raises what ``resolve`` raises.
    """
    paths = [*arguments.texts("preference"), *arguments.texts("output_file")]
    requirements: Sequence[Requirement] = inputs.requirements
    if paths:
        current = _locked(paths, streams)
    else:
        current = {each.name: each.specifiers.pin for each in requirements if each.url is None}
        requirements = [without(each, EXACT) for each in requirements]
    pins = {name: normal_version(version) for name, version in current.items() if version}
    if not pins:
        raise InputError("there are no pins: name the file that has them with -o FILE")

    def look(problem: PythonProblem, answer: Answer) -> list[Behind]:
        return list(_Look(problem, answer, inputs.constraints).behind(pins))

    # A configuration file may say that other commands change the fewest.
    options = inputs.options.replace(upgrade=True, minimal=False)
    return examine(look, requirements, inputs.constraints, options, channels)


def _locked(paths: Iterable[str], streams: Streams) -> dict[str, str | None]:
    from resolver.formats.locked import read  # noqa: PLC0415  # lazy: as the command does elsewhere

    stdin = getattr(streams.stdin, "buffer", None)
    files = [read(path, stdin=stdin, environ=streams.environ) for path in paths]
    return {pin.name: pin.version for file in files for pin in file.pins if pin.url is None}


class _Look:
    """What a new answer, and the listings that it rests on, say of pins."""

    def __init__(self, problem: PythonProblem, answer: Answer, constraints: Iterable[Requirement]) -> None:
        self._problem = problem
        self._answer: Mapping[str, Pinned] = {pin.name: pin for pin in answer.pins}
        self._own = [*problem.requirements, *constraints]

    def behind(self, pins: Mapping[str, str]) -> Iterator[Behind]:
        """Yield what there is of each of ``pins``."""
        for name in sorted(pins):
            new = self._answer.get(name)
            if new is None:
                yield Behind(name, pins[name], None, None, ["nothing requires it"])
                continue
            candidates = self._problem.catalog.packages[name]
            newest = _newest(candidates)
            version = candidates.version(newest)
            held = [] if new.version == version else self._held(new, candidates, newest)
            had = candidates.offer.exactly(pins[name])
            current = candidates.version(had.bit_length() - 1) if had else pins[name]
            yield Behind(name, current, new.version, version, held)

    def _held(self, pin: Pinned, candidates: Candidates, newest: int) -> list[str]:
        """Return what keeps ``pin`` from having the version ``newest``."""
        reason = candidates.reason(newest)
        if reason is not None:
            return [f"{candidates.version(newest)} {reason.says(many=False)}"]
        said = [
            f"you require {each.text}{f' ({each.origin})' if each.origin else ''}"
            for each in self._own
            if each.name == pin.name and not self._problem.mask(each) >> newest & 1
        ]
        for parent in self._answer.values():
            for text, name, _ in parent.requires:
                if name == pin.name and not self._problem.mask(Requirement.repaired(text)) >> newest & 1:
                    said.append(f"{parent.name} {parent.version} requires {text.partition(';')[0].strip()}")
        return said or [f"other packages (see resolver why {pin.name})"]


def _newest(candidates: Candidates) -> int:
    """Return the newest candidate, of final ones that were not yanked where there are any."""
    mask = candidates.everything
    for reason, some in candidates.rejections:
        if isinstance(reason, Yanked):
            mask &= ~some
    mask = (mask & candidates.finals) or mask or candidates.everything
    return mask.bit_length() - 1
