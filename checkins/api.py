"""What is asked, said and answered, for other programs: the same forms and verbs as the pages."""

from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from accounts.names import plain_text
from checkins.forms.answer import LINE_LENGTH, NOTE_LENGTH
from checkins.forms.reply import ONE_TAP, PersonAnswerForm
from checkins.forms.rhythm import PauseForm, RhythmForm
from checkins.models import Answer, CheckIn, Reply, Schedule, Share
from library import cursor

_NEWEST = ("-local_date", "-check_in_id")
_LATEST = ("-made_at", "-pk")


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


class ScheduleView(OwnView):
    """When the person is asked; without a rhythm there is nothing here."""

    def retrieve(self, request: Request) -> Response:
        return _rhythm(_schedule(request))

    def put(self, request: Request) -> Response:
        person, now = person_of(request), timezone.now()
        form = RhythmForm(_typed(request), schedule=Schedule.objects.of(person))
        draft = form.draft(person, now) if form.is_valid() else None
        if draft is None:
            raise _refused(form)
        draft.keep()
        return _rhythm(draft)

    def destroy(self, request: Request) -> Response:
        _schedule(request).stop(now=timezone.now())
        return Response(status=204)

    def pause(self, request: Request) -> Response:
        schedule, now, form = _schedule(request), timezone.now(), PauseForm(_typed(request))
        if not form.is_valid():
            raise _refused(form)
        schedule.pause(now=now, until=form.until(now))
        return _rhythm(schedule)

    def resume(self, request: Request) -> Response:
        schedule = _schedule(request)
        schedule.resume(now=timezone.now())
        return _rhythm(schedule)


class CheckInView(OwnView):
    """What was asked, and whether it can still be answered."""

    def list(self, request: Request) -> Response:
        now = timezone.now()
        asked = CheckIn.objects.of(person_of(request))
        order = ("-due_at", "-pk")
        return cursor.page(request, asked, order=order, shown=lambda one: _asked(one, now))


class ShareView(OwnView):
    """Who got what of which answer."""

    def list(self, request: Request) -> Response:
        shares = Share.objects.of(person_of(request)).select_related("member", "check_in")
        return cursor.page(request, shares, order=_LATEST, shown=_given)


class ReplyView(OwnView):
    """The letters of the circle, those that are kept, and what the person does with one."""

    def list(self, request: Request) -> Response:
        letters = Reply.objects.to_person(person_of(request))
        return cursor.page(request, letters, order=_LATEST, shown=_letter)

    def kept(self, request: Request) -> Response:
        letters = Reply.objects.kept(person_of(request)).select_related("share__check_in")
        return cursor.page(request, letters, order=_LATEST, shown=_letter)

    def create(self, request: Request, public_id: UUID) -> Response:
        letters = Reply.objects.to_person(person_of(request))
        letter = get_object_or_404(letters, public_id=public_id)
        now, typed = timezone.now(), _typed(request)
        what = str(typed.get("do", ""))
        if what in ONE_TAP:
            ONE_TAP[what](letter, now)
            return Response(status=204)
        form = PersonAnswerForm(typed)
        if not form.is_valid():
            raise _refused(form)
        letter.answer_with(form.cleaned_data["choice"], form.cleaned_data["words"], now=now)
        return Response(status=204)


def _schedule(request: Request) -> Schedule:
    schedule = Schedule.objects.of(person_of(request))
    if schedule is None:
        raise Http404
    return schedule


def _typed(request: Request) -> QueryDict:
    """What was sent, as a page's form would send it."""
    if not isinstance(request.data, dict):
        raise ParseError(_("Please send names and values."))
    typed = QueryDict(mutable=True)
    for name, value in request.data.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | bool) for one in values):
            raise ParseError(_("A value is a text, yes or no, or a list of texts."))
        typed.setlist(name, ["on" if one is True else one for one in values if one is not False])
    return typed


def _refused(form: Form) -> serializers.ValidationError:
    return serializers.ValidationError(
        {
            "" if name == "__all__" else name: [str(one) for one in said]
            for name, said in form.errors.items()
        }
    )


def _rhythm(schedule: Schedule) -> Response:
    return Response(
        {
            "weekdays": [day for day in range(7) if schedule.weekdays >> day & 1],
            "every_weeks": schedule.every_weeks,
            "time": f"{schedule.local_time:%H:%M}",
            "zone": schedule.zone,
            "next_at": schedule.next_at,
            "paused": schedule.is_paused(timezone.now()),
            "paused_until": schedule.paused_until,
        }
    )


def _asked(check_in: CheckIn, now: Any) -> dict[str, Any]:
    return {
        "public_id": check_in.public_id,
        "local_date": check_in.local_date,
        "asked": check_in.asked,
        "due_at": check_in.due_at,
        "closes_at": check_in.closes_at,
        "open": check_in.is_open(now),
        "answered": check_in.said() is not None,
    }


def _given(share: Share) -> dict[str, Any]:
    return {
        "public_id": share.public_id,
        "check_in": share.check_in.public_id,
        "member": {"public_id": share.member.public_id, "name": share.member.name},
        "level": share.level,
        "in_mail": share.in_mail,
        "made_at": share.made_at,
        "taken_back_at": share.taken_back_at,
    }


def _letter(reply: Reply) -> dict[str, Any]:
    return {
        "public_id": reply.public_id,
        "member": {"public_id": reply.member.public_id, "name": reply.member.name},
        "check_in": reply.share.check_in.public_id if reply.share else None,
        "gesture": reply.gesture_label,
        "words": reply.words,
        "meant_as": reply.kind_labels,
        "made_at": reply.made_at,
        "thanked": reply.thanked_at is not None,
        "helped": reply.helped_at is not None,
        "kept": reply.kept_at is not None,
        "folded": reply.folded_at is not None,
    }
