"""The person's own profile, for other programs, and the door that all rooms' programs share."""

import json
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as Invalid
from django.db import transaction
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.models import Person
from accounts.names import clean_name
from accounts.once import Another, Once
from library.described import shown
from library.names import country_codes

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class Again(Exception):
    """It was done before; what was answered then is answered now."""

    def __init__(self, done: Once) -> None:
        self.done = done
        super().__init__()


class SentAnother(APIException):
    """A key that came before, with something else."""

    status_code = 422


class OwnView(viewsets.ViewSet):
    """What is the person's own. A write that names an ``Idempotency-Key`` happens once in a day."""

    once: Once | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in SAFE_METHODS or "Idempotency-Key" not in request.headers:
            return super().dispatch(request, *args, **kwargs)
        # What is done and the note of it are kept together, or neither is.
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            self._note(response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        key = request.headers.get("Idempotency-Key")
        if request.method in SAFE_METHODS or key is None:
            super().initial(request, *args, **kwargs)
            return
        # Read before the parser takes it.
        sent = _body(request)
        super().initial(request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise ParseError(_("An Idempotency-Key has 1 to 200 plain letters and no space."))
        self._begin(person_of(request), key, f"{request.method} {request.path}\n".encode() + sent)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Again):
            done = exc.done
            headers = {"Idempotency-Replayed": "true"}
            return Response(done.answer["said"], status=done.status, headers=headers)
        return super().handle_exception(exc)

    def _begin(self, person: Person, key: str, sent: bytes) -> None:
        try:
            row, new = Once.objects.begin(person, key=key, sent=sent, now=timezone.now())
        except Another:
            raise SentAnother(_("This key came before, with something else.")) from None
        if not new:
            raise Again(row)
        self.once = row

    def _note(self, response: Any) -> None:
        if self.once is None:
            return
        if response.status_code >= 400:
            self.once.forget()
            return
        said = None if response.data is None else json.loads(JSONRenderer().render(response.data))
        self.once.note(response.status_code, {"said": said})


def _body(request: Request) -> bytes:
    try:
        return bytes(request._request.body)
    except RawPostDataException:
        # A form with files, which was read on the way here. It is no JSON.
        raise UnsupportedMediaType(str(request.content_type)) from None


class ProfileSerializer(serializers.ModelSerializer[Person]):
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    country = serializers.ChoiceField(choices=sorted(country_codes()), allow_blank=True)

    class Meta:
        model = Person
        fields = ["email", "display_name", "language", "country", "zone", "joined_at"]
        read_only_fields = ["email", "zone", "joined_at"]

    def validate_display_name(self, value: str) -> str:
        try:
            return clean_name(value)
        except Invalid as error:
            raise serializers.ValidationError(error.messages) from None


class ProfileView(OwnView):
    """Who asks reads and changes only themselves: the path holds no number to guess."""

    @shown(ProfileSerializer)
    def retrieve(self, request: Request) -> Response:
        return Response(ProfileSerializer(person_of(request)).data)

    @extend_schema(request=ProfileSerializer(partial=True), responses=ProfileSerializer)
    def partial_update(self, request: Request) -> Response:
        form = ProfileSerializer(person_of(request), data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        person, new = person_of(request), form.validated_data
        person.be_called(
            name=new.get("display_name", person.display_name),
            language=new.get("language", person.language),
            country=new.get("country", person.country),
        )
        return Response(ProfileSerializer(person).data)
