"""The HTTP interface: routes, token, limits, and one sentence for every mistake."""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import Body, Depends, FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException as HTTPError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch
from engine.export.jobs import JobOptions, View, check_faces, read_faces
from engine.face.coefficients import read_coefficients, read_gaze
from engine.face.faces import Face
from engine.face.named_poses import named_poses
from engine.face.pose_transfer import Transfer
from engine.inference.predictor import Predictor
from engine.server.batch_jobs import BatchJobs
from engine.server.page import page_of
from engine.server.service import Format, Service, Upload, Wish

_HOSTS = (b"127.0.0.1", b"localhost")
_OPENAPI = "/openapi.json"
_OPEN = ("/", _OPENAPI)
"""Paths that need no token; what is sent to them is not read."""
_TYPES: Mapping[Format, str] = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_BATCH = {
    "sources": ["/home/me/photos/a.jpg"],
    "yaw": [-20, 0, 20],
    "out": "/home/me/reposed",
    "format": "jpg",
}


class Limits(NamedTuple):
    """The largest request in bytes, and the largest photo in pixels."""

    request: int
    pixels: int


Angle = Annotated[float, Form(ge=-180, le=180, allow_inf_nan=False, examples=[20])]


def create_app(predictor: Predictor, token: str, limits: Limits) -> FastAPI:
    """The application. Requests need the header ``Authorization: Bearer TOKEN``."""
    service = Service(predictor, limits.pixels)
    batches = BatchJobs(predictor, service.predict)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with service:
            yield
            batches.close()

    async def check_fields(request: Request) -> None:
        """A misspelt field would be left out in silence."""
        known = [field.alias for field in request.scope["route"].dependant.body_params]
        for name in request.query_params:
            raise HTTPException(422, f"{name} is in the address: send it as a field of the form.")
        for name in await request.form():
            if name not in known:
                raise HTTPException(422, f"There is no field {name}: there are {', '.join(known)}.")

    app = FastAPI(
        title="Repose",
        summary="Gives a face in a photo a new pose.",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load scripts from the internet
        redoc_url=None,
        openapi_url=_OPENAPI,
        responses={422: {"description": "What is wrong, as one sentence: `error`."}},
    )
    _answer_mistakes(app)
    app.add_middleware(_Gate, token=token, most=limits.request)
    # Only for the description of the requests: the token is checked by _Gate.
    guarded = [Depends(HTTPBearer(auto_error=False))]
    form = [*guarded, Depends(check_fields)]

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi()))

    @app.post("/faces", dependencies=form)
    def faces(photo: Annotated[UploadFile, File()]) -> dict[str, Any]:
        """The faces of a photo, the largest first; coordinates in its pixels."""
        (width, height), found = service.faces(_uploaded(photo))
        return {
            "width": width,
            "height": height,
            "faces": [_described(face, number) for number, face in enumerate(found, 1)],
        }

    @app.post(
        "/repose",
        dependencies=form,
        response_class=Response,
        responses={200: {"content": {kind: {} for kind in _TYPES.values()}}},
    )
    def repose(
        photo: Annotated[UploadFile, File()],
        target: Annotated[UploadFile | None, File()] = None,
        pose: Annotated[UploadFile | None, File()] = None,
        yaw: Angle = 0,
        pitch: Angle = 0,
        roll: Angle = 0,
        named: Annotated[str, Form(examples=["laugh"])] = "",
        expression: Annotated[str, Form(examples=["jawOpen=0.4,eyeBlink=1"])] = "",
        gaze: Annotated[str, Form(examples=["-15,0"])] = "",
        face: Annotated[str, Form(examples=["1,3", "all"])] = "1",
        transfer: Annotated[Transfer, Form()] = "relative",
        view: Annotated[View, Form()] = "photo",
        format: Annotated[Format, Form()] = "png",
        quality: Annotated[int, Form(ge=1, le=100)] = 95,
    ) -> Response:
        """The photo with its face in another pose.

        From the photo `target`, the pose file `pose` or the pose `named` (GET /poses lists them);
        then `expression` and `gaze` are set, and the angles added (degrees; yaw > 0 turns the nose
        to the picture's right, pitch > 0 up). `face` is the number of a face, 1 for the largest;
        several, such as 1,3, or all get the same pose.
        The header `X-Repose-Warnings` has a JSON list of sentences about the pose.
        """
        wish = Wish(
            None if target is None else _uploaded(target),
            None if pose is None else _uploaded(pose),
            named,
            transfer,
            read_coefficients(expression),
            read_gaze(gaze) if gaze else None,
            (yaw, pitch, roll),
        )
        faces = read_faces(face)
        check_faces(JobOptions(faces=faces, view=view, transfer=transfer))
        answer = service.repose(_uploaded(photo), faces, wish, view, format, quality)
        headers = {"X-Repose-Warnings": json.dumps(answer.warnings)}
        return Response(answer.data, media_type=_TYPES[format], headers=headers)

    @app.get("/poses", dependencies=guarded)
    def poses() -> dict[str, list[str]]:
        """The names of poses for `named`: those that Repose ships, and the user's own."""
        return {"poses": list(named_poses())}

    @app.post("/batches", dependencies=guarded, status_code=202)
    def start_batch(batch: Annotated[dict[str, Any], Body(examples=[_BATCH])]) -> dict[str, str]:
        """Start a batch of files on this machine, as `repose --out` does: every source in every
        pose at every angle. Paths are absolute."""
        return {"id": batches.start(_batch(batch))}

    @app.get("/batches/{name}", dependencies=guarded)
    def batch_status(name: str) -> dict[str, Any]:
        """The state of a batch: waiting, running, finished, stopped or failed; its counts."""
        status = batches.status(name)
        if status is None:
            raise HTTPException(404, f"There is no batch {name}.")
        progress = {} if status.progress is None else status.progress._asdict()
        return {
            "state": status.state,
            **progress,
            "failures": status.failures,
            "made": [str(path) for path in status.made],
            "error": status.error,
        }

    @app.delete("/batches/{name}", dependencies=guarded)
    def stop_batch(name: str) -> dict[str, bool]:
        """Stop a batch after the pictures in work."""
        if not batches.stop(name):
            raise HTTPException(404, f"There is no batch {name}.")
        return {"stopping": True}

    return app


def _uploaded(file: UploadFile) -> Upload:
    name = (file.filename or "the file").replace("\\", "/").rpartition("/")[2]
    return Upload(file.file.read(), name)


def _described(face: Face, number: int) -> dict[str, Any]:
    angles = None if face.angles is None else [round(float(angle), 2) for angle in face.angles]
    return {
        "face": number,
        "box": [round(float(value), 2) for value in face.box],
        "landmarks": face.landmarks.round(2).astype(float).tolist(),
        "score": round(float(face.score), 4),
        "angles": angles,
    }


def _batch(values: dict[str, Any]) -> ExportBatch:
    """The batch of a request. Raises ReposeError."""
    refused = {"model", "device", "precision", "version"}.intersection(values)
    if refused:
        raise ReposeError(f"{min(refused)} cannot be chosen by a batch: the server has its own.")
    batch = ExportBatch.from_json(json.dumps({"version": 1, **values}))
    for value in vars(batch).values():
        for path in value if isinstance(value, tuple) else (value,):
            if isinstance(path, Path) and not path.is_absolute():
                raise ReposeError(f"{path} is not an absolute path.")
    if not batch.sources or batch.out is None:
        raise ReposeError("A batch needs sources, and out, the folder for the pictures.")
    return batch


def _answer_mistakes(app: FastAPI) -> None:
    """Answer every error with ``{"error": SENTENCE}``."""

    def answer(status: int, sentence: str) -> JSONResponse:
        return JSONResponse({"error": sentence}, status)

    @app.exception_handler(ReposeError)
    def refused(_request: Request, error: ReposeError) -> Response:
        return answer(422, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return answer(422, "The request is not valid JSON.")
        field = ".".join(str(part) for part in first["loc"][1:]) or "The request"
        if "UploadFile" in first["msg"]:
            return answer(422, f"{field}: send it as a file, with a file name.")
        return answer(422, f"{field}: {first['msg'][0].lower()}{first['msg'][1:]}.")

    @app.exception_handler(HTTPError)
    def http_error(request: Request, error: HTTPError) -> Response:
        known = {
            "Not Found": f"There is no {request.url.path}: the page / lists what there is.",
            "Method Not Allowed": f"{request.url.path} does not take {request.method}: see /.",
        }
        sentence = known.get(str(error.detail), str(error.detail))
        return answer(error.status_code, sentence.rstrip(".") + ".")

    @app.exception_handler(Exception)
    def fault(_request: Request, error: Exception) -> Response:
        return answer(500, f"This brought out a fault in Repose ({type(error).__name__}).")


class _Gate:
    """Refuses requests before their body is read: those without the token, those whose body is
    larger than ``most`` bytes (also while it is read), and those for other hosts: a web page whose
    host's address was changed to this machine's.

    Not a dependency of FastAPI, which reads the whole body first.
    """

    def __init__(self, app: ASGIApp, token: str, most: int) -> None:
        self._app, self._token, self._most = app, token.encode(), most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        too_large = f"The request is too large: at most {self._most / 1_000_000:g} MB."
        length = headers.get(b"content-length", b"0")
        refused: tuple[int, str] | None = None
        if headers.get(b"host", b"").rpartition(b":")[0] not in _HOSTS:
            refused = 400, "Call the server as http://127.0.0.1:PORT."
        elif scope["path"] not in _OPEN and not self._has_token(headers):
            refused = 401, "Send the server's token: Authorization: Bearer TOKEN."
        elif length.isdigit() and int(length) > self._most:
            refused = 413, too_large
        if refused is not None:
            await JSONResponse({"error": refused[1]}, refused[0])(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, too_large)
            return message

        await self._app(scope, counted, send)

    def _has_token(self, headers: Mapping[bytes, bytes]) -> bool:
        # HTTP's headers are Latin-1.
        given = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), self._token)
