"""The inspection child: reads requests on standard input and answers on standard output, in frames.

Nothing but frames is ever written there; what a library prints goes nowhere.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import sys
import warnings
from functools import lru_cache
from typing import Any, BinaryIO

from ingest.inspection.confine import forbid_network, limit_cpu, limit_memory
from ingest.inspection.frames import read_frame, write_frame
from ingest.inspection.member_pass import report_bug
from ingest.inspection.memory import give_back_memory
from ingest.inspection.package_pass import inspect_package, propose_approvals
from ingest.model.errors import TransientError
from ingest.model.inspection import InspectionRequest
from ingest.model.packed import pack
from ingest.model.wire import from_wire, to_wire
from ingest.trial.definition import Trial
from ingest.trial.load import recall_trial


@lru_cache(maxsize=4)
def _trial(described: str) -> Trial:
    return recall_trial(json.loads(described))


def main() -> None:
    """Serve requests until standard input ends."""
    # A signal to the whole group is the parent's affair: it gives back what it is at, and ends this process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    incoming, outgoing = _take_pipes()
    warnings.simplefilter("ignore")
    limit_memory(int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 30)
    forbid_network()
    # Threads that inflate and write need the interpreter for moments, and should not wait for them long.
    sys.setswitchinterval(0.001)
    # Nothing made from a member refers back to itself: cycles are few, and are collected between packages.
    gc.collect()
    gc.freeze()
    gc.disable()
    write_frame(outgoing, {"ready": True})
    while (message := read_frame(incoming)) is not None:
        write_frame(outgoing, _answer(message, outgoing))
        gc.collect()
        give_back_memory()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the two pipes for frames; point the standard streams elsewhere, so that nothing else gets in."""
    incoming = io.open(os.dup(0), "rb")  # noqa: UP020, SIM115
    outgoing = io.open(os.dup(1), "wb")  # noqa: UP020, SIM115
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return incoming, outgoing


def _answer(message: dict[str, Any], outgoing: BinaryIO) -> dict[str, Any]:
    try:
        is_proposing = "propose" in message
        request = from_wire(InspectionRequest, message["propose" if is_proposing else "inspect"])
        trial = _trial(message["trial"])
        limit_cpu(trial.limits.seconds)
        if is_proposing:
            return {"proposals": [to_wire(item) for item in propose_approvals(request, trial)]}
        inspection = inspect_package(
            request,
            trial,
            lambda batch: write_frame(outgoing, {"instances": [pack(facts) for facts in batch]}),
            lambda done, total: write_frame(outgoing, {"progress": [done, total]}),
        )
    except TransientError as error:
        return {"transient": str(error)}
    except OSError as error:
        return {"transient": f"the package cannot be read ({type(error).__name__})"}
    except MemoryError:
        return {"memory": True}
    except Exception as error:
        return {"bug": report_bug(error)}
    return {"inspection": to_wire(inspection)}


if __name__ == "__main__":
    main()
