"""What is the same for all of the API, for its description: tokens, scopes, problems, keys."""

from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS

from accounts.tokens import Token
from supportnet.often import ASKS, WRITES
from supportnet.problems import KIND

Described = dict[str, Any]

_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457) in the person's language.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": 'By field, "" for the whole: sentences that a person can read.',
            "additionalProperties": True,
        },
    },
}
_ALWAYS = {
    "401": "Unknown: no token, or one that opens nothing any more.",
    "403": "Known, and the token does not go so far, or the account is stopped.",
    "404": "Not there, or not yours: the two look the same.",
    "429": f"More than {ASKS} times a minute, {WRITES} of them to change something.",
    "default": "Whatever else goes wrong.",
}
_WRITES = {
    "400": "It cannot be taken as it is; `errors` says why.",
    "413": "More than 256 KB.",
    "415": "Something other than JSON.",
    "422": "This Idempotency-Key came before, with something else.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A name of your own for this request. For a day, the same with the same body gets the "
        "same answer and nothing happens twice. What was refused leaves the key free."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_REPLAYED = {
    "description": "`true`: it was done before under this key, and this is the answer of then.",
    "schema": {"type": "string", "const": "true"},
}
_WAIT = {"description": "How many seconds to wait.", "schema": {"type": "integer"}}


class TokenScheme(OpenApiAuthenticationExtension):
    """How a program comes in."""

    target_class = "accounts.access.ProgramSignIn"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Described:
        scopes = "; ".join(f"`{value}`: {label}" for value, label in Token.Scope.choices)
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"A token from Settings, “Programs of yours”. It may {scopes}.",
        }


class ScopedSchema(AutoSchema):
    """Says for each operation which tokens may do it, by the rule that is asked at the door."""

    def get_auth(self) -> list[Described]:
        super().get_auth()
        writes = self.method not in SAFE_METHODS
        answers = writes and getattr(self.view, "basename", None) == "answers"
        may = [
            one for one in Token.Scope if Token(scope=one).allows(writes=writes, answers=answers)
        ]
        return [{"token": [str(scope)]} for scope in may]

    def get_summary(self) -> str:
        """One line: what this does, or what it is about."""
        does = getattr(
            getattr(self.view, str(getattr(self.view, "action", "")), None), "__doc__", None
        )
        return str(does or type(self.view).__doc__).split("\n")[0]

    def get_description(self) -> str:  # type: ignore[override]
        about = str(type(self.view).__doc__)
        return "" if about.startswith(self.get_summary()) else about


def complete(result: Described, **_about: Any) -> Described:
    """Add to each operation the problems it may answer with, and the key that makes it safe."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            problems = dict(_ALWAYS)
            if method.upper() not in SAFE_METHODS:
                problems = _WRITES | problems
                operation["parameters"] = [*operation.get("parameters", []), _KEY]
                for answer in operation["responses"].values():
                    answer["headers"] = {"Idempotency-Replayed": _REPLAYED}
            for status, says in problems.items():
                operation["responses"][status] = _problem(says, status)
    return result


def _problem(says: str, status: str) -> Described:
    schema = {"$ref": "#/components/schemas/Problem"}
    told: Described = {"description": says, "content": {KIND: {"schema": schema}}}
    return told | ({"headers": {"Retry-After": _WAIT}} if status == "429" else {})


@cache
def description() -> Described:
    """All of it, for people who write programs: in English, and drawn once."""
    with translation.override("en"):
        drawn: Described = SchemaGenerator().get_schema(public=True)
    return drawn
