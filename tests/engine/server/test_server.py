"""The server as other programs see it: over HTTP, with real requests."""

import http.client
import io
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image

from engine.export import export
from engine.export.export import repose_all
from engine.export.jobs import Job, JobOptions
from engine.face.landmarks import Landmarks
from engine.face.pose_files import write_pose
from engine.imaging.photos import Photo, read_photo, write_photo
from engine.inference.prediction import NetworkInput, Prediction
from engine.inference.predictor import Predictor

uvicorn = pytest.importorskip("uvicorn", reason="pip install 'repose[server]'")
pytest.importorskip("fastapi", reason="pip install 'repose[server]'")

ROOT = Path(__file__).parents[3]
TOKEN = "a secret"
Parts = dict[str, str | tuple[str, bytes]]


@dataclass(frozen=True)
class Client:
    """Sends requests to the server at a port."""

    port: int

    def send(
        self, method: str, path: str, body: bytes = b"", token: str | None = TOKEN, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def form(
        self, path: str, **parts: str | tuple[str, bytes]
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send a form; a part that is a file is a tuple of name and contents."""
        mark, body = uuid4().hex, io.BytesIO()
        for key, part in parts.items():
            name, data = part if isinstance(part, tuple) else ("", part.encode())
            file = f'; filename="{name}"' if name else ""
            body.write(
                f'--{mark}\r\nContent-Disposition: form-data; name="{key}"{file}\r\n\r\n'.encode()
            )
            body.write(data + b"\r\n")
        body.write(f"--{mark}--\r\n".encode())
        kind = f"multipart/form-data; boundary={mark}"
        return self.send("POST", path, body.getvalue(), Content_Type=kind)

    def json(self, method: str, path: str, value: Any = None) -> tuple[int, Any]:
        """Send JSON; the status and the decoded answer."""
        body = b"" if value is None else json.dumps(value).encode()
        status, answer, _ = self.send(method, path, body, Content_Type="application/json")
        return status, json.loads(answer)


@contextmanager
def serving(predictor: Predictor) -> Iterator[Client]:
    from engine.server.api import Limits, create_app

    app = create_app(predictor, TOKEN, Limits(2_000_000, 1_000_000))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Client(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def client(model: Path) -> Iterator[Client]:
    with serving(Predictor(model, "cpu")) as client:
        yield client


@pytest.fixture(scope="module")
def jpeg(sample: Path) -> tuple[str, bytes]:
    return "me.jpg", sample.read_bytes()


def picture(data: bytes) -> Photo:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_the_faces_of_a_photo(client: Client, jpeg: tuple[str, bytes], face: Landmarks) -> None:
    status, body, _ = client.form("/faces", photo=jpeg)
    answer = json.loads(body)
    assert (status, answer["width"], answer["height"]) == (200, 512, 512)
    (found,) = answer["faces"]
    np.testing.assert_allclose(found["landmarks"], face, atol=0.01)
    assert found["face"] == 1


def test_a_pose_in_each_way(
    client: Client, jpeg: tuple[str, bytes], photo: Photo, face: Landmarks, tmp_path: Path
) -> None:
    write_pose(tmp_path / "pose.json", face + np.float32(3), (512, 512), face)
    pose = ("my pose.json", (tmp_path / "pose.json").read_bytes())
    mirrored = io.BytesIO()
    Image.fromarray(photo[:, ::-1]).save(mirrored, "PNG")
    own = picture(client.form("/repose", photo=jpeg)[1])
    np.testing.assert_array_equal(own, photo)
    for wish in (
        {"yaw": "15"},
        {"expression": "jawOpen=0.8"},
        {"pose": pose},
        {"target": ("other.png", mirrored.getvalue())},
    ):
        status, body, headers = client.form("/repose", photo=jpeg, **wish)
        assert (status, headers["content-type"]) == (200, "image/png")
        assert (picture(body) != photo).any()
        assert json.loads(headers["x-repose-warnings"]) == []
    body = client.form("/repose", photo=jpeg, yaw="70", view="face", format="webp")[1]
    assert picture(body).shape == (64, 64, 3)
    warnings = client.form("/repose", photo=jpeg, yaw="90")[2]["x-repose-warnings"]
    assert json.loads(warnings)


def test_an_absolute_target_is_copied_as_by_the_command(
    client: Client, model: Path, sample: Path, jpeg: tuple[str, bytes], photo: Photo, tmp_path: Path
) -> None:
    job = Job(sample, tmp_path / "moved.png", tmp_path / "out.png")
    write_photo(tmp_path / "moved.png", np.roll(photo, (-3, 5), axis=(0, 1)))
    list(repose_all(Predictor(model, "cpu"), [job], JobOptions(transfer="absolute")))
    target = ("moved.png", (tmp_path / "moved.png").read_bytes())
    body = client.form("/repose", photo=jpeg, target=target, transfer="absolute")[1]
    np.testing.assert_array_equal(picture(body), read_photo(job.output))


def test_several_faces_in_one_picture(client: Client, two_faces: Path) -> None:
    photo = ("two.png", two_faces.read_bytes())
    made = {
        faces: picture(client.form("/repose", photo=photo, face=faces, yaw="15")[1])
        for faces in ("1", "2", "1, 2", "all")
    }
    large, small = ((made[face] != read_photo(two_faces)).any(axis=2) for face in ("1", "2"))
    np.testing.assert_array_equal(made["all"], made["1, 2"])
    np.testing.assert_array_equal(made["all"][large & ~small], made["1"][large & ~small])
    np.testing.assert_array_equal(made["all"][small & ~large], made["2"][small & ~large])
    headers = client.form("/repose", photo=photo, face="all", yaw="90")[2]
    warnings = json.loads(headers["x-repose-warnings"])
    assert {warning[:8] for warning in warnings} == {"Face 1: ", "Face 2: "}


def test_named_poses(client: Client, jpeg: tuple[str, bytes], photo: Photo) -> None:
    status, answer = client.json("GET", "/poses")
    assert status == 200
    assert "Look left" in answer["poses"]
    for name in answer["poses"][6:8]:
        status, body, _ = client.form("/repose", photo=jpeg, named=name.lower())
        assert status == 200
        assert (picture(body) != photo).any()


MALFORMED: dict[str, tuple[int, dict[str, Any]]] = {
    "no photo": (422, {}),
    "text as photo": (422, {"photo": ("a.jpg", b"hello")}),
    "empty photo": (422, {"photo": ("a.jpg", b"")}),
    "photo that is no file": (422, {"photo": "me.jpg"}),
    "angle": (422, {"yaw": "left"}),
    "no number": (422, {"yaw": "nan"}),
    "too far": (422, {"pitch": "400"}),
    "expression": (422, {"expression": "jawOpn=1"}),
    "gaze": (422, {"gaze": "up"}),
    "face": (422, {"face": "7"}),
    "face 0": (422, {"face": "0"}),
    "faces": (422, {"face": "1-3"}),
    "face that is no number": (422, {"face": "NaN"}),
    "several faces alone": (422, {"face": "1,2", "view": "face"}),
    "named pose": (422, {"named": "luagh"}),
    "view": (422, {"view": "everything"}),
    "format": (422, {"format": "exe"}),
    "quality": (422, {"quality": "0"}),
    "field": (422, {"yow": "20"}),
    "wrong type": (422, {"yaw": ("a.txt", b"20")}),
    "pose file": (422, {"pose": ("p.json", b"{}")}),
    "kind of pose file": (422, {"pose": ("p.exe", b"MZ")}),
    "too large": (413, {"pose": ("p.json", b" " * 2_100_000)}),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_request_gets_a_sentence(
    client: Client, jpeg: tuple[str, bytes], what: str
) -> None:
    expected, parts = MALFORMED[what]
    parts = parts if what == "no photo" else {"photo": jpeg, **parts}
    status, body, _ = client.form("/repose", **parts)
    assert status == expected
    check_sentence(json.loads(body))


def check_sentence(answer: Any) -> None:
    (sentence,) = answer.values()
    assert sentence.endswith((".", "?")), sentence
    assert "/tmp" not in sentence
    assert len(sentence) > 10
    assert not re.search(r"<class|decode error|UploadFile", sentence), "of the library"


def test_other_malformed_requests(client: Client, jpeg: tuple[str, bytes]) -> None:
    large = io.BytesIO()
    Image.new("L", (1001, 1000)).save(large, "PNG")
    kind = "multipart/form-data; boundary=x"
    for status, (got, body, _) in (
        (401, client.send("POST", "/faces", token=None)),
        (401, client.send("GET", "/batches/1", token="ä")),
        (404, client.send("GET", "/nothing")),
        (422, client.send("POST", "/repose?yaw=20", b"--x--", Content_Type=kind)),
        (422, client.send("POST", "/batches", b'{"yaw": NaN}', Content_Type="application/json")),
        (400, client.send("POST", "/batches", b"\xff", Content_Type="application/json")),
        (405, client.send("GET", "/repose")),
        (422, client.form("/faces", photo=("large.png", large.getvalue()))),
        (422, client.send("POST", "/faces", b"\0" * 100)),
        (400, client.send("POST", "/faces", b"x", Content_Type="multipart/form-data")),
        (422, client.send("POST", "/batches", b"{", Content_Type="application/json")),
        (422, client.send("POST", "/batches", b"[1]", Content_Type="application/json")),
        (404, client.send("DELETE", "/batches/1")),
        (413, client.send("POST", "/faces", Content_Length="9000000")),
        (400, client.send("GET", "/", Host="evil.example:80")),
    ):
        assert got == status, body
        check_sentence(json.loads(body))


def test_a_body_without_a_length_is_limited_too(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=600)
    head = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "multipart/form-data; boundary=x"}
    start = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
    pieces = (start, *(b"-" * 100_000 for _ in range(25)))
    try:
        connection.request("POST", "/faces", pieces, head, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.status == 413
        check_sentence(json.loads(answer.read()))
    finally:
        connection.close()


@pytest.mark.parametrize("head", ["", "Authorization: Bearer another\r\n"])
@pytest.mark.parametrize("path", ["/faces", "/repose", "/batches", "/nothing"])
def test_the_token_is_checked_before_the_body_is_sent(client: Client, path: str, head: str) -> None:
    start = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n{head}"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n--x\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", client.port), timeout=60)) as connection:
        connection.sendall(start.encode())
        with closing(http.client.HTTPResponse(connection)) as answer:
            answer.begin()
            assert answer.status == 401
            check_sentence(json.loads(answer.read()))


def test_a_batch_with_progress(client: Client, sample: Path, tmp_path: Path) -> None:
    batch = {"sources": [str(sample)], "yaw": [-10, 0, 10], "out": str(tmp_path / "out")}
    status, answer = client.json("POST", "/batches", batch)
    assert status == 202
    path = f"/batches/{answer['id']}"
    while (state := client.json("GET", path)[1])["state"] in ("waiting", "running"):
        time.sleep(0.05)
    assert (state["state"], state["done"], state["failures"]) == ("finished", 3, [])
    assert len(list((tmp_path / "out").glob("*.png"))) == 3
    mistakes: list[dict[str, Any]] = [
        {**batch, "out": "here"},
        {**batch, "targets": ["there.jpg"]},
        {**batch, "neutral": "me.jpg"},
        {**batch, "model": "/m.safetensors"},
        {**batch, "yaw": "far"},
        {"sources": []},
        {"nonsense": 1},
    ]
    for wrong in mistakes:
        status, answer = client.json("POST", "/batches", wrong)
        assert status == 422
        check_sentence(answer)


def test_a_batch_is_stopped_and_one_that_fails_says_why(
    client: Client, sample: Path, tmp_path: Path
) -> None:
    batch = {"sources": [str(sample)], "yaw": list(range(100)), "out": str(tmp_path / "out")}
    path = f"/batches/{client.json('POST', '/batches', batch)[1]['id']}"
    missing = {"sources": [str(tmp_path / "no.jpg")], "out": str(tmp_path / "other")}
    later = f"/batches/{client.json('POST', '/batches', missing)[1]['id']}"
    assert client.json("DELETE", path) == (200, {"stopping": True})
    while (state := client.json("GET", path)[1]["state"]) in ("waiting", "running"):
        time.sleep(0.05)
    assert state == "stopped"
    while (answer := client.json("GET", later)[1])["state"] in ("waiting", "running"):
        time.sleep(0.05)
    assert "no.jpg" in (answer["error"] or answer["failures"][0])


def test_many_clients_at_once_get_their_own_answers(
    client: Client, jpeg: tuple[str, bytes]
) -> None:
    yaws = [f"{k % 8 - 4}" for k in range(64)]
    alone = {yaw: client.form("/repose", photo=jpeg, yaw=yaw, view="face")[1] for yaw in set(yaws)}
    assert len(set(alone.values())) == 8
    with ThreadPoolExecutor(16) as pool:
        asked = pool.map(lambda y: client.form("/repose", photo=jpeg, yaw=y, view="face"), yaws)
    for yaw, (status, body, _) in zip(yaws, asked, strict=True):
        assert status == 200
        assert np.abs(picture(body).astype(int) - picture(alone[yaw])).max() <= 8


def test_a_gpu_computes_in_one_thread(
    model: Path,
    sample: Path,
    jpeg: tuple[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also while a batch runs beside other requests. The GPU is this processor."""
    threads: list[int] = []

    class Watched(Predictor):
        def predict_all(self, batch: Sequence[NetworkInput]) -> list[Prediction]:
            threads.append(threading.get_ident())
            return super().predict_all(batch)

    monkeypatch.setattr(export, "_batches_inputs", lambda _device: True)
    batch = {"sources": [str(sample)], "yaw": [-5, 5], "out": str(tmp_path / "out")}
    with serving(Watched(model, "cpu")) as client:
        assert client.form("/repose", photo=jpeg, yaw="5")[0] == 200
        path = f"/batches/{client.json('POST', '/batches', batch)[1]['id']}"
        while (state := client.json("GET", path)[1])["state"] in ("waiting", "running"):
            time.sleep(0.05)
    assert state["done"] == 2
    assert len(threads) >= 2
    assert len(set(threads)) == 1


def test_the_requests_are_described(client: Client) -> None:
    status, body, _ = client.send("GET", "/", token=None)
    page = body.decode()
    assert status == 200
    assert "POST /repose" in page
    assert "jawOpen=0.4" in page
    assert "http://" not in page.replace("http://127.0.0.1", ""), "the page loads nothing"
    paths = json.loads(client.send("GET", "/openapi.json", token=None)[1])["paths"]
    assert set(paths) == {"/faces", "/repose", "/poses", "/batches", "/batches/{name}"}


def test_the_command_serves_until_it_is_interrupted(
    model: Path, jpeg: tuple[str, bytes], tmp_path: Path
) -> None:
    words = [sys.executable, str(ROOT / "main.py"), "serve", "--model", str(model), "--port"]
    server = subprocess.Popen([*words, "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip().rpartition(":")[2]
        client, token = Client(int(port)), server.stdout.readline().split()[1]
        mark = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
        body = mark + jpeg[1] + b"\r\n--x--\r\n"
        kind = "multipart/form-data; boundary=x"
        assert client.send("POST", "/repose", body, token, Content_Type=kind)[0] == 200
        second = subprocess.run([*words, port], capture_output=True, text=True)
        assert second.returncode == 1
        assert "cannot be used: address already in use; choose another --port" in second.stderr
        server.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
        server.wait(120)
    finally:
        server.kill()
        server.communicate()
