"""One child of a box: its process number, our ends of its pipes, and what it has used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from grader.launch import Zygote
from grader.wire import Json, dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process has used so far; nothing where there is no /proc."""

    cpu_seconds: float = 0.0
    threads: int = 0


class Child:
    """One child's process number and our ends of its pipes."""

    def __init__(
        self, process: int, requests: int, messages: int, output: int, *, number: int, proof: str, zygote: Zygote
    ) -> None:
        self.process = process
        self.number = number
        """The number it has inside the box."""
        self.proof = proof
        """What only the grader's own code in the child has been told; it says by that when it fails itself."""
        self.zygote = zygote
        self.requests = requests
        self.messages = messages
        self.output = output
        self.buffer = b""
        self.said = b""
        """The end of what it wrote to descriptors 1 and 2."""
        self.status: int | None = None
        """Its exit status, if it had left by itself when it was ended."""
        self.unsent = b""
        """Requests that do not fit into the pipe; a child that plays reads none."""
        self._open = True
        for descriptor in (requests, messages, output):
            os.set_blocking(descriptor, False)

    def send(self, document: Mapping[str, Json]) -> None:
        """Write one request, or keep it until it can be written. Never waits for the child."""
        self.unsent += dumps(document)
        self.flush()

    def flush(self) -> None:
        """Write what the pipe takes. A child that is gone is noticed when its answer is read."""
        try:
            while self.unsent:
                self.unsent = self.unsent[os.write(self.requests, self.unsent) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.unsent = b""

    def finish(self) -> None:
        """Say that there are no more requests."""
        os.close(self.requests)
        self.requests, self.unsent = -1, b""

    def close(self) -> None:
        if self._open:
            self._open = False
            for descriptor in (self.requests, self.messages, self.output):
                if descriptor >= 0:
                    os.close(descriptor)

    def usage(self) -> Usage:
        """What the child has used so far."""
        try:
            with open(f"/proc/{self.process}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            return Usage()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return Usage(cpu_seconds=cpu, threads=int(fields[17]))
