"""The page that describes the requests, made from the OpenAPI description. It loads nothing."""

from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = "body{font:16px sans-serif;max-width:52em;margin:2em auto;padding:0 1em}td{padding:.2em}"
_CURL = {
    "/faces": 'curl -H "Authorization: Bearer $REPOSE_TOKEN" -F photo=@a.jpg {url}',
    "/repose": (
        'curl -H "Authorization: Bearer $REPOSE_TOKEN" -F photo=@a.jpg -F yaw=20'
        " -F expression=jawOpen=0.4 {url} -o b.png"
    ),
    "/batches": (
        'curl -H "Authorization: Bearer $REPOSE_TOKEN" --json'
        ' \'{{"sources": ["/photos/a.jpg"], "yaw": [-20, 20], "out": "/photos/new"}}\' {url}'
    ),
}


def page_of(openapi: dict[str, Any]) -> str:
    """The page (HTML) for an OpenAPI description."""
    body = "".join(_operations(openapi))
    return (
        f"<!doctype html><meta charset=utf-8><title>Repose</title><style>{_STYLE}</style>"
        f"<h1>Repose</h1><p>{escape(openapi['info']['summary'])} Every request needs the header"
        " <code>Authorization: Bearer TOKEN</code>. For programs:"
        f' <a href="/openapi.json">openapi.json</a>.</p>{body}'
    )


def _operations(openapi: dict[str, Any]) -> Iterator[str]:
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield f"<h2>{method.upper()} {escape(path)}</h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                yield _table(openapi["components"]["schemas"].get(name, {}))
            if method == "post" and path in _CURL:
                example = _CURL[path].format(url=f"http://127.0.0.1:7676{path}")
                yield f"<pre>{escape(example)}</pre>"


def _table(schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(_kind(value))}"
        for name, value in schema.get("properties", {}).items()
    )
    return f"<table>{rows}</table>"


def _kind(value: dict[str, Any]) -> str:
    """A field in words: ``number, -180 to 180, default 0``."""
    words = [" | ".join(map(str, value["enum"])) if "enum" in value else value.get("type", "")]
    if not words[0] or "format" in value or "contentMediaType" in value:
        words = ["file"]
    if "minimum" in value:
        words.append(f"{value['minimum']} to {value.get('maximum', 'any')}")
    if value.get("default") not in (None, ""):
        words.append(f"default {value['default']}")
    if "examples" in value:
        words.append(f"for example {value['examples'][0]}")
    return ", ".join(words)
