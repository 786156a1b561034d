"""The command `serve`: options, token and the server process."""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import uvicorn
from tyro.conf import arg

from engine.core.device_names import Device, Precision
from engine.core.errors import ReposeError
from engine.core.files import reason
from engine.inference.predictor import Predictor
from engine.server.api import Limits, create_app

TOKEN = "REPOSE_TOKEN"
_MOST = 64  # connections; more are refused with 503
_GRACE = 20  # seconds for the requests in work when the server ends


@dataclass(frozen=True)
class ServeOptions:
    """Serve other programs on this machine over HTTP: find faces, change poses, run batches.

    It listens on 127.0.0.1 alone. Every request needs the token, which is printed at the start.
    The page / describes the requests. Ctrl+C ends it.
    """

    port: Annotated[int, arg(metavar="N", help_behavior_hint="(default: 7676; 0: any)")] = 7676
    """The port."""
    token: Annotated[str, arg(metavar="TEXT", help_behavior_hint="")] = ""
    """The token. Better in the environment as REPOSE_TOKEN, where other users do not see it; the
    default is a new one."""
    megabytes: Annotated[int, arg(metavar="N", help_behavior_hint="(default: 64)")] = 64
    """The largest request."""
    megapixels: Annotated[int, arg(metavar="N", help_behavior_hint="(default: 50)")] = 50
    """The largest photo."""
    model: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="")] = None
    """The model; without it, the one that comes with Repose."""
    device: Device = "auto"
    """Where to compute; auto takes the fastest."""
    precision: Precision = "auto"
    """float32 (full) or half precision; auto takes half where the hardware has it."""


def serve(options: ServeOptions) -> None:
    """Serve until Ctrl+C or SIGTERM. Raises ReposeError when the port is in use."""
    if not 0 <= options.port <= 65535:
        raise ReposeError(f"There is no port {options.port}: they go to 65535.")
    if options.megabytes < 1 or options.megapixels < 1:
        raise ReposeError("The limits --megabytes and --megapixels are at least 1.")
    token = options.token or os.environ.get(TOKEN) or secrets.token_urlsafe(24)
    listening = socket.socket()
    try:
        if os.name == "posix":  # the port of a server that has just ended
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", options.port))
    except OSError as error:
        listening.close()
        raise ReposeError(
            f"The port {options.port} cannot be used: {reason(error)}; choose another --port."
        ) from error
    with listening:
        predictor = Predictor(options.model, options.device, options.precision)
        limits = Limits(options.megabytes * 1_000_000, options.megapixels * 1_000_000)
        app = create_app(predictor, token, limits)
        listening.listen()  # requests that come before uvicorn takes them wait
        print(f"http://127.0.0.1:{listening.getsockname()[1]}")
        print(f"token: {token}", flush=True)
        config = uvicorn.Config(
            app, log_level="warning", limit_concurrency=_MOST, timeout_graceful_shutdown=_GRACE
        )
        uvicorn.Server(config).run(sockets=[listening])
