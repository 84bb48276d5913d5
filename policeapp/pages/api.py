"""The description of the JSON API (OpenAPI 3.1) in ``openapi.json``, and a page that shows it to people."""

import json
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ..caching.decorators import public_page
from ..web.api import json_response
from ..web.routes import absolute_url

DESCRIPTION = Path(__file__).with_name("openapi.json")


@public_page()
@require_safe
def description(request):
    """Return the description with the URL of this site."""
    return json_response(load() | {"servers": [{"url": absolute_url("")}]})


@public_page()
@require_safe
def documentation(request):
    """Show the description as a page."""
    document = load()
    context = {
        "about": document["info"]["description"],
        "operations": [
            _operation(method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ],
        "problems": document["components"]["responses"],
        "schemas": [_schema(name, schema) for name, schema in document["components"]["schemas"].items()],
        "description_url": absolute_url(reverse("api description")),
    }
    return render(request, "pages/api.html", context)


@cache
def load():
    return json.loads(DESCRIPTION.read_text(encoding="utf-8"))


def _operation(method, path, operation):
    """Return an operation for the page.

    Its example is a URL of this site with the examples of its parameters, and the body to send there if it has one.
    """
    answers = [_json_of(response) for response in operation["responses"].values()]
    parameters = [parameter | {"type": _type(parameter["schema"])} for parameter in operation["parameters"]]
    examples = {parameter["name"]: parameter for parameter in parameters if "example" in parameter}
    in_path = {name: found["example"] for name, found in examples.items() if found["in"] == "path"}
    query = {name: found["example"] for name, found in examples.items() if found["in"] == "query"}
    return operation | {
        "method": method,
        "path": path,
        "parameters": parameters,
        "example_url": path.format(**in_path) + (f"?{urlencode(query)}" if query else ""),
        "body": _json_of(operation.get("requestBody", {})),
        "answer": next((answer for answer in answers if answer), None),
    }


def _json_of(message):
    """Return ``{"example": text, "schema": name}`` of a body in JSON, or None if it has no example."""
    content = message.get("content", {}).get("application/json", {})
    if "example" not in content:
        return None
    text = json.dumps(content["example"], indent=2, ensure_ascii=False)
    return {"example": text, "schema": _name(content["schema"])}


def _schema(name, schema):
    """Return an object for the page: the fields that it has itself, and the name of the object that it extends."""
    base, own = schema["allOf"] if "allOf" in schema else ({}, schema)
    fields = [
        {"name": field, "type": _type(value), "schema": _referred(value), "text": value.get("description", "")}
        for field, value in own["properties"].items()
    ]
    return {"name": name, "text": schema["description"], "extends": _name(base), "fields": fields}


def _type(schema):
    """Return the type of a value in words, such as "text or null" or "one of: day, hour"."""
    if "enum" in schema:
        return f"one of: {', '.join('null' if value is None else value for value in schema['enum'])}"
    types = schema.get("type", [])
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list"}
    return " or ".join(words.get(each, each) for each in ([types] if isinstance(types, str) else types))


def _referred(schema):
    """Return the name of the object that a value is or consists of, or ""."""
    for part in (schema, schema.get("items", {}), schema.get("additionalProperties", {}), *schema.get("anyOf", [])):
        if "$ref" in part:
            return _name(part)
    return ""


def _name(reference):
    return reference.get("$ref", "").rpartition("/")[2]
