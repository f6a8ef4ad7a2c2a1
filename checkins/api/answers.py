"""What the person said and who got what of it, for other programs."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from accounts.models import Person
from accounts.tokens import Token
from accounts.typed import names, refused, typed
from checkins import near
from checkins.answering import Closed
from checkins.api.shown import (
    AnswerSerializer,
    CheckInSerializer,
    NearSerializer,
    SaidSerializer,
    ShareSerializer,
)
from checkins.forms.answer import HEARS, AnswerForm, as_said, line_of
from checkins.models import Answer, CheckIn, Share
from circles.api import tell_of_program
from circles.models import Circle, Member
from library import cursor
from library.described import IDS, YES_OR_NO, done, drawn, listed, shown, taken

_HEARS = {
    "type": "object",
    "description": "By member what they get of this answer; who is not named keeps their level.",
    "additionalProperties": {"type": "string", "enum": [level for level, _label in HEARS]},
}
_SAY = drawn(AnswerForm, hears=_HEARS)
_TELL = {
    "type": "object",
    "required": ["members"],
    "properties": {"members": IDS, "with_words": YES_OR_NO},
}
_NEWEST = ("-local_date", "-check_in_id")
_LATEST = ("-made_at", "-pk")
_ASKED = ("-due_at", "-pk")
# What decides who hears: no program may send it that may do no more than answer.
_FOR_OTHERS = {"hears", "with_words"}


class AnswerClosed(APIException):
    """The day of this answer is over."""

    status_code = 409


class AnswerView(OwnView):
    """Only the answers of whoever asks. Members hear what was chosen, on the page or here."""

    @listed(AnswerSerializer)
    def list(self, request: Request) -> Response:
        answers = Answer.objects.of(person_of(request)).select_related("check_in")
        return cursor.page(request, answers, order=_NEWEST, shown=_answer)

    @taken(_SAY, AnswerSerializer, status=201)
    def create(self, request: Request) -> Response:
        """Say how it is: to the open question, or of one's own accord."""
        said = names(request)
        if _only_answers(request) and _FOR_OTHERS & said.keys():
            raise PermissionDenied(_("This program may answer. It may not choose who hears."))
        person, now = person_of(request), timezone.now()
        form = _form(person, said)
        _note(request, form, {member.pk: member.level for member in form.members})
        answer = CheckIn.objects.say_today(
            person,
            **form.said(),
            choices=form.choices(),
            with_words=form.lets_words_through(),
            now=now,
        )
        return Response(_answer(answer), status=201)


class SaidView(OwnView):
    """One answer: who gets what of it, and what can still be done."""

    @shown(SaidSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return _said(_answered(request, public_id))

    @taken(_SAY, SaidSerializer)
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say it otherwise, while its question is open; 409 once it has closed."""
        check_in = _answered(request, public_id)
        form = _form(check_in.person, names(request), check_in)
        _note(request, form, check_in.levels())
        try:
            check_in.answer(
                **form.said(),
                choices=form.choices(),
                with_words=form.lets_words_through(),
                now=timezone.now(),
            )
        except Closed:
            raise AnswerClosed(
                _("That question has closed. You can say it as it is now.")
            ) from None
        return _said(_answered(request, public_id))

    @done()
    def destroy(self, request: Request, public_id: UUID) -> Response:
        """Delete the answer and what was shared of it."""
        _answered(request, public_id).forget(timezone.now())
        return Response(status=204)

    @shown(SaidSerializer)
    def take_back(self, request: Request, public_id: UUID) -> Response:
        """Give nobody anything of it any more; what waited is never sent."""
        _answered(request, public_id).take_back(timezone.now())
        return _said(_answered(request, public_id))

    @shown(SaidSerializer)
    def tell_now(self, request: Request, public_id: UUID) -> Response:
        """Let what waits leave at once; it waits for nothing but quiet hours."""
        _answered(request, public_id).tell_now(timezone.now())
        return _said(_answered(request, public_id))

    @shown(NearSerializer)
    def near(self, request: Request, public_id: UUID) -> Response:
        """Whom to tell of a hard day, and the emergency number."""
        return _near(_answered(request, public_id))

    @taken(_TELL, NearSerializer)
    def tell(self, request: Request, public_id: UUID) -> Response:
        """Tell these members of a hard day, and nobody else."""
        check_in, said = _answered(request, public_id), typed(names(request))
        wanted = said.getlist("members")
        chosen = near.chosen(check_in, wanted)
        if not chosen or len(chosen) != len(set(wanted)):
            raise serializers.ValidationError({"members": [_("There is nobody like that here.")]})
        tell_of_program(request)
        check_in.tell(chosen, timezone.now(), with_words="with_words" in said)
        return _near(_answered(request, public_id))


class CheckInView(OwnView):
    """What was asked, and whether it can still be answered."""

    @listed(CheckInSerializer)
    def list(self, request: Request) -> Response:
        asked = CheckIn.objects.of(person_of(request))
        return cursor.page(request, asked, order=_ASKED, shown=_asked)


class ShareView(OwnView):
    """Who got what of which answer."""

    @listed(ShareSerializer)
    def list(self, request: Request) -> Response:
        shares = Share.objects.of(person_of(request)).select_related("member", "check_in")
        return cursor.page(request, shares, order=_LATEST, shown=_given)


def _only_answers(request: Request) -> bool:
    return isinstance(request.auth, Token) and request.auth.scope == Token.Scope.ANSWER


def _form(person: Person, said: dict[str, Any], check_in: CheckIn | None = None) -> AnswerForm:
    """The form of Today, or of a change, as it was sent; ``hears`` is a level by member."""
    members = list(Member.objects.of(person).beside())
    tells = Circle.objects.known(person).tells_hard_days
    lines = _lines(members, said.get("hears", {}))
    plain = {name: value for name, value in said.items() if name != "hears"}
    form = AnswerForm(
        typed(plain | lines),
        members=members,
        tells_hard_days=tells,
        initial=as_said(check_in, members) if check_in else {},
    )
    if not form.is_valid():
        raise refused(form)
    if form.is_blank():
        raise serializers.ValidationError({"": [_("There is nothing to send yet.")]})
    return form


def _note(request: Request, form: AnswerForm, heard: dict[int, str]) -> None:
    """Tell the person when a program gives somebody more than they ``heard`` without it."""
    order = Member.LEVELS.index
    chosen = form.choices().items()
    more = any(order(level or "ask") > order(heard.get(pk, "ask")) for pk, level in chosen)
    if more or form.lets_words_through():
        tell_of_program(request)


def _lines(members: list[Member], hears: Any) -> dict[str, Any]:
    if not isinstance(hears, dict):
        raise serializers.ValidationError({"hears": [_("Please send names and values.")]})
    known = {str(member.public_id): line_of(member) for member in members}
    if hears.keys() - known.keys():
        raise serializers.ValidationError({"hears": [_("There is nobody like that here.")]})
    return {known[public_id]: level for public_id, level in hears.items()}


def _answered(request: Request, public_id: UUID) -> CheckIn:
    """The person's check-in that was answered; one that was not is not here."""
    mine = CheckIn.objects.of(person_of(request)).answered()
    return get_object_or_404(mine, public_id=public_id)


def _said(check_in: CheckIn) -> Response:
    return Response(SaidSerializer(check_in).data)


def _near(check_in: CheckIn) -> Response:
    found = near.context(check_in, timezone.now())
    number = {"emergency_number": found["help"].emergency_number}
    return Response(NearSerializer(found | number).data)


def _answer(answer: Answer) -> Any:
    return AnswerSerializer(answer).data


def _asked(check_in: CheckIn) -> Any:
    return CheckInSerializer(check_in).data


def _given(share: Share) -> Any:
    return ShareSerializer(share).data
