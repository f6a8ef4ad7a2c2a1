"""What the circle wrote, for other programs, and what becomes of it."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from accounts.typed import names, refused, typed
from checkins.api.shown import LetterSerializer
from checkins.forms.reply import ONE_TAP, OldLettersForm, PersonAnswerForm
from checkins.models import Reply
from circles.models import Circle
from library import cursor
from library.described import drawn, listed, shown, taken

_DO = {"type": "string", "enum": list(ONE_TAP)}
_LATEST = ("-made_at", "-pk")


class OldLettersSerializer(serializers.Serializer[Any]):
    """What becomes of letters that are three months old; empty before the person chose."""

    old_letters = serializers.ChoiceField(choices=Circle.OldLetters.choices, allow_blank=True)


class ReplyView(OwnView):
    """The letters of the circle, those that are kept, and what the person does with one."""

    @listed(LetterSerializer)
    def list(self, request: Request) -> Response:
        letters = Reply.objects.to_person(person_of(request))
        return cursor.page(request, letters, order=_LATEST, shown=_letter)

    @listed(LetterSerializer)
    def kept(self, request: Request) -> Response:
        letters = Reply.objects.kept(person_of(request)).select_related("share__check_in")
        return cursor.page(request, letters, order=_LATEST, shown=_letter)

    @taken(drawn(PersonAnswerForm, do=_DO), None)
    def create(self, request: Request, public_id: UUID) -> Response:
        """One tap on a letter (``do``), or an answer to it (``words`` or ``choice``)."""
        letters = Reply.objects.to_person(person_of(request))
        letter = get_object_or_404(letters, public_id=public_id)
        now, said = timezone.now(), typed(names(request))
        what = str(said.get("do", ""))
        if what in ONE_TAP:
            ONE_TAP[what](letter, now)
            return Response(status=204)
        form = PersonAnswerForm(said)
        if not form.is_valid():
            raise refused(form)
        letter.answer_with(form.cleaned_data["choice"], form.cleaned_data["words"], now=now)
        return Response(status=204)


class OldLettersView(OwnView):
    """What becomes of letters when they are three months old."""

    @shown(OldLettersSerializer)
    def retrieve(self, request: Request) -> Response:
        return Response(OldLettersSerializer(Circle.objects.known(person_of(request))).data)

    @taken(drawn(OldLettersForm), OldLettersSerializer)
    def put(self, request: Request) -> Response:
        """Choose it."""
        form = OldLettersForm(typed(names(request)))
        if not form.is_valid():
            raise refused(form)
        circle = Circle.objects.of(person_of(request))
        circle.choose_old_letters(form.cleaned_data["old_letters"])
        return Response(OldLettersSerializer(circle).data)


def _letter(reply: Reply) -> Any:
    return LetterSerializer(reply).data
