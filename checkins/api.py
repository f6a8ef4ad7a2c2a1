"""The person's own answers, for other programs: the same verb as on Today."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from accounts.names import plain_text
from checkins.forms.answer import LINE_LENGTH, NOTE_LENGTH
from checkins.models import Answer, CheckIn
from library import cursor

_NEWEST = ("-local_date", "-check_in_id")


class AnswerSerializer(serializers.Serializer[Answer]):
    """What was said; every part of it may be left out, but not all of it."""

    check_in = serializers.UUIDField(source="check_in.public_id", read_only=True)
    local_date = serializers.DateField(read_only=True)
    word = serializers.ChoiceField(choices=Answer.Word.choices, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    went_well = serializers.CharField(max_length=LINE_LENGTH, required=False, allow_blank=True)
    would_help = serializers.MultipleChoiceField(choices=Answer.Help.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.values()):
            raise serializers.ValidationError(_("There is nothing to send yet."))
        return attrs

    def validate_note(self, value: str) -> str:
        return plain_text(value)

    def validate_went_well(self, value: str) -> str:
        return plain_text(value)

    def validate_would_help(self, value: set[str]) -> list[str]:
        return sorted(value)


class AnswerView(OwnView):
    """Only the answers of whoever asks. Members hear what their standing levels say."""

    def list(self, request: Request) -> Response:
        answers = Answer.objects.of(person_of(request)).select_related("check_in")
        return cursor.page(request, answers, order=_NEWEST, shown=_shown)

    def create(self, request: Request) -> Response:
        form = AnswerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        person, now = person_of(request), timezone.now()
        answer = CheckIn.objects.say_today(person, **form.validated_data, now=now)
        return Response(AnswerSerializer(answer).data, status=201)


def _shown(answer: Answer) -> Any:
    return AnswerSerializer(answer).data
