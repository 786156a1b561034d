"""Sends many requests from many clients to `repose serve`, and tells what became of them.

    python -m resources.load_server --requests 1000 --clients 16

A server of its own runs at the lowest priority. The requests are different poses of a few photos,
among them requests with mistakes. For each kind of answer its count is printed, and the server's
memory (resident, MB) after every tenth of the requests. The status is 1 if a request is lost, if an
answer is not the one that its request must get, or if the memory grows.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import psutil

from engine.imaging.photos import decode_picture, encode_photo, read_photo

ROOT = Path(__file__).resolve().parents[1]
SIDES = (200, 260, 320, 400)  # pixels of the photos, more than fit into the server's cache of faces
GROWTH = 1.1  # of the memory after a third of the requests, from which on it must be flat
ENOUGH = 300  # requests from which on the memory is judged: before, caches fill
MISTAKES = 5  # each fifth request has one

Parts = dict[str, str | tuple[str, bytes]]


def photos() -> list[tuple[str, bytes]]:
    """Photos of a face in several sizes, as files."""
    face = read_photo(ROOT / "resources" / "sample.jpg")[:256, 96:352]
    files = []
    for number, side in enumerate(SIDES * 4):
        photo = np.asarray(cv2.resize(face, (side + number, side + number)), np.uint8)
        files.append((f"{number}.jpg", encode_photo(Path("a.jpg"), photo, 90)))
    return files


def wrong(number: int, photo: tuple[str, bytes]) -> Parts:
    """A request with a mistake."""
    mistakes: list[Parts] = [
        {"photo": ("cut.jpg", photo[1][:200])},
        {"photo": ("text.jpg", b"this is no picture")},
        {"photo": photo, "yaw": "nan"},
        {"photo": photo, "face": "3"},
        {"photo": photo, "named": "nobody"},
        {"photo": photo, "expression": "jawOpn=1"},
        {"photo": photo, "pose": ("pose.json", b"{}")},
        {},
    ]
    return mistakes[number % len(mistakes)]


def send(address: str, token: str, parts: Parts) -> tuple[int, bytes]:
    """Status and body of the answer to a request for a pose."""
    mark, body = uuid4().hex, io.BytesIO()
    for key, part in parts.items():
        name, data = part if isinstance(part, tuple) else ("", part.encode())
        file = f'; filename="{name}"' if name else ""
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{key}"{file}\r\n\r\n'
        body.write(head.encode() + data + b"\r\n")
    body.write(f"--{mark}--\r\n".encode())
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    headers = {"Authorization": f"Bearer {token}", **kind}
    request = urllib.request.Request(f"{address}/repose", body.getvalue(), headers)
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def judged(status: int, body: bytes, mistaken: bool, side: int) -> str:
    """The kind of an answer: "ok", "refused" with a sentence, or what is wrong with it."""
    if mistaken:
        sentence = str(json.loads(body).get("error", "")) if status < 500 else ""
        good = 400 <= status < 500 and sentence.endswith((".", "?"))
        return "refused" if good else f"WRONG: {status} {body[:100]!r}"
    if status != 200:
        return f"WRONG: {status} {body[:100]!r}"
    width = decode_picture(body, "the answer").photo.shape[1]
    return "ok" if width == side else f"WRONG: a picture {width} wide"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    command = [sys.executable, str(ROOT / "main.py"), "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    address, token = server.stdout.readline().strip(), server.stdout.readline().split()[1]
    process, files, lock = psutil.Process(server.pid), photos(), threading.Lock()
    if hasattr(os, "nice"):
        process.nice(19)
    kinds: Counter[str] = Counter()
    memory: list[float] = []
    start = time.monotonic()

    def ask(number: int) -> None:
        photo = files[number * 7 % len(files)]
        mistaken = number % MISTAKES == MISTAKES - 1
        parts: Parts = {"photo": photo, "yaw": str(number % 41 - 20), "format": "jpg"}
        parts |= {"face": "all"} if number % 3 == 0 else {}
        side = SIDES[files.index(photo) % len(SIDES)] + files.index(photo)
        try:
            asked = wrong(number // MISTAKES, photo) if mistaken else parts
            kind = judged(*send(address, token, asked), mistaken, side)
        except Exception as error:
            kind = f"LOST: {type(error).__name__}: {error}"
        with lock:
            kinds[kind] += 1
            if kinds.total() % max(options.requests // 10, 1) == 0:
                memory.append(process.memory_info().rss / 1e6)
                print(f"{kinds.total():6} answers, {memory[-1]:.0f} MB", flush=True)

    try:
        with ThreadPoolExecutor(options.clients) as pool:
            list(pool.map(ask, range(options.requests)))
    finally:
        server.terminate()
        server.wait(60)
    for kind, count in sorted(kinds.items()):
        print(f"{count:6} {kind}")
    print(f"{time.monotonic() - start:.0f} seconds")
    before, after = memory[len(memory) // 3], memory[-1]
    flat = options.requests < ENOUGH or after < GROWTH * before
    print(f"memory {before:.0f} to {after:.0f} MB: {'as it should be' if flat else 'it GROWS'}")
    return 0 if flat and set(kinds) <= {"ok", "refused"} else 1


if __name__ == "__main__":
    sys.exit(main())
