"""The person's circle, for other programs: the forms, verbs and sentences of its pages."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError as Invalid
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from accounts.tokens import Token
from accounts.typed import names, refused, refused_by_verb, typed
from circles import letters, sent
from circles.forms import CorrectForm, HardDaysForm, HelpsForm, InviteForm, MemberForm
from circles.models import Circle, Invitation, Member
from library import cursor
from library.described import TEXTS, YES_OR_NO, done, drawn, listed, shown, taken

_BY_HAND = {"type": "string", "enum": ["mail", "self"], "description": "`self`: no address."}
_INVITATION = drawn(InviteForm, in_mail=YES_OR_NO, way=_BY_HAND)
_LETTER = drawn(InviteForm, without=InviteForm.base_fields.keys() - {"name", "words"}, partly=True)
_NAMED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["public_id"],
        "properties": {
            "public_id": {"type": "string", "format": "uuid"},
            "named": YES_OR_NO,
            "in_mail": YES_OR_NO,
        },
    },
}
# The first stands in the cursor: a number of the row would count members of the whole site.
_ASKED = ("asked_at", "pk")
_ABOUT = ("name", "label", "kind", "level", "in_mail")


class MemberSerializer(serializers.Serializer[Any]):
    """A member as the Circle page shows them; no address."""

    public_id = serializers.UUIDField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=Member.Kind.choices)
    level = serializers.ChoiceField(choices=Member.Level.choices)
    in_mail = serializers.BooleanField()
    standing = serializers.SerializerMethodField()

    def get_standing(self, member: Member) -> str:
        return sent.standing(member, timezone.now())


class InvitedSerializer(MemberSerializer):
    """Somebody who was asked; ``text`` holds the link the person sends themselves, told once."""

    text = serializers.SerializerMethodField()

    def get_text(self, member: Member) -> str:
        by_hand = member.invitation.way == Invitation.Way.SELF
        return letters.by_hand(member) if by_hand else ""


class MailSerializer(serializers.Serializer[Any]):
    """A mail as it will arrive; its links open nothing."""

    subject = serializers.CharField()
    text = serializers.CharField()


class HelpsSerializer(serializers.Serializer[Any]):
    """What the circle should know, and its own gestures."""

    helps_me = serializers.CharField()
    gestures = serializers.SerializerMethodField()

    def get_gestures(self, circle: Circle) -> list[str]:
        return list(circle.gestures or [])


class NamedSerializer(serializers.Serializer[Any]):
    """Whether a member is named for a really hard day, and whether its mail says so itself."""

    public_id = serializers.UUIDField()
    name = serializers.CharField()
    named = serializers.BooleanField(source="named_for_hard_days")
    in_mail = serializers.BooleanField(source="hard_day_in_mail")


class HardDaysSerializer(serializers.Serializer[Any]):
    """What a really hard day means, and for whom."""

    rule = serializers.ChoiceField(choices=Circle.HardDayRule.choices)
    members = NamedSerializer(many=True)


class MemberView(OwnView):
    """Only the members of whoever asks; somebody else's are not found."""

    @listed(MemberSerializer)
    def list(self, request: Request) -> Response:
        members = Member.objects.visible_to(person_of(request)).with_invitation()
        return cursor.page(request, members, order=_ASKED, shown=_member)

    @taken(_INVITATION, InvitedSerializer, status=201)
    def create(self, request: Request) -> Response:
        """Ask somebody by mail, or by a link the person sends themselves (``way``: ``self``)."""
        said = _with_way(names(request))
        form = InviteForm(typed(said), by_hand=said.get("way") == Invitation.Way.SELF)
        if not form.is_valid():
            raise refused(form)
        circle, now = Circle.objects.of(person_of(request)), timezone.now()
        try:
            if form.by_hand:
                member = circle.invite_by_hand(**form.about(), now=now)
            else:
                address = form.cleaned_data["address"]
                member = circle.invite(address=address, **form.about(), now=now)
        except Invalid as error:
            # One sentence by one name, as on the page.
            about = getattr(error, "code", "") in {"own", "asked"}
            raise refused_by_verb(error, field="address" if about else "") from None
        tell_of_program(request)
        return Response(InvitedSerializer(member).data, status=201)

    @taken(_LETTER, MailSerializer)
    def mail(self, request: Request) -> Response:
        """The invitation as it will arrive. Nothing is kept."""
        name, words = InviteForm(typed(names(request))).glance()
        mail = letters.draft(person=person_of(request), name=name, words=words)
        return Response(MailSerializer(mail).data)

    @shown(MemberSerializer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return Response(_member(_mine(request, public_id)))

    @taken(drawn(MemberForm, partly=True, in_mail=YES_OR_NO), MemberSerializer)
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """Change what a member is called and hears; what is not sent stays."""
        member = _mine(request, public_id)
        said = _with_way(names(request))
        now_is = {name: getattr(member, name) for name in _ABOUT}
        form = MemberForm(typed(_with_way(now_is) | said), member=member)
        if not form.is_valid():
            raise refused(form)
        changed = {name: form.cleaned_data[name] for name in _ABOUT if name in said}
        if member.hears_more(changed):
            tell_of_program(request)
        member.change(**changed, now=timezone.now())
        return Response(_member(member))

    @done()
    def destroy(self, request: Request, public_id: UUID) -> Response:
        """Remove somebody, silently and at once."""
        _mine(request, public_id).remove(timezone.now())
        return Response(status=204)

    @shown(MemberSerializer)
    def pause(self, request: Request, public_id: UUID) -> Response:
        """Let a member hear nothing for a while. Nobody tells them."""
        member = _mine(request, public_id)
        try:
            member.pause(timezone.now())
        except Invalid as error:
            raise refused_by_verb(error) from None
        return Response(_member(member))

    @shown(MemberSerializer)
    def resume(self, request: Request, public_id: UUID) -> Response:
        """Let a member hear again, from the next answer on."""
        member = _mine(request, public_id)
        tell_of_program(request)
        member.resume(timezone.now())
        return Response(_member(member))

    @taken(drawn(CorrectForm), MemberSerializer)
    def correct(self, request: Request, public_id: UUID) -> Response:
        """Ask once more, at a corrected address."""
        member, now = _mine(request, public_id), timezone.now()
        if not member.can_be_corrected(now):
            raise serializers.ValidationError(
                {"": [_("There is no second mail to this person now.")]}
            )
        form = CorrectForm(typed(names(request)))
        if not form.is_valid():
            raise refused(form)
        try:
            member.correct(form.cleaned_data["address"], now=now)
        except Invalid as error:
            raise refused_by_verb(error, field="address") from None
        return Response(_member(member))


class CircleView(OwnView):
    """What the circle knows: what helps, and what a really hard day means."""

    @shown(HelpsSerializer)
    def helps(self, request: Request) -> Response:
        return Response(HelpsSerializer(Circle.objects.known(person_of(request))).data)

    @taken(drawn(HelpsForm, gestures=TEXTS), HelpsSerializer)
    def describe(self, request: Request) -> Response:
        """Put this in place of what the members read under "what helps", and of the gestures."""
        said = names(request)
        lines = said.get("gestures", [])
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise serializers.ValidationError({"gestures": [_("Please send a list of texts.")]})
        circle = Circle.objects.of(person_of(request))
        form = HelpsForm.of(circle, typed(said | {"gestures": "\n".join(lines)}))
        if not form.is_valid():
            raise refused(form)
        circle.describe(**form.cleaned_data)
        return Response(HelpsSerializer(circle).data)

    @shown(HardDaysSerializer)
    def hard_days(self, request: Request) -> Response:
        return Response(_hard_days(request))

    @taken(drawn(HardDaysForm, members=_NAMED), HardDaysSerializer)
    def set_hard_days(self, request: Request) -> Response:
        """Put this rule in place; a member who is not in ``members`` is not named any more."""
        person, said = person_of(request), names(request)
        members = list(Member.objects.of(person).said_yes())
        boxes = typed({"rule": said.get("rule", "")} | _boxes(members, said.get("members", [])))
        form = HardDaysForm(boxes, circle=Circle.objects.known(person), members=members)
        if not form.is_valid():
            raise refused(form)
        rule, now = form.cleaned_data["rule"], timezone.now()
        if rule == Circle.HardDayRule.TELL:
            tell_of_program(request)
        Circle.objects.of(person).set_hard_days(rule=rule, forms=form.forms(), now=now)
        return Response(_hard_days(request))


def tell_of_program(request: Request) -> None:
    """A program let somebody hear more: the person hears of it by mail, once a day."""
    if isinstance(request.auth, Token):
        Circle.objects.of(person_of(request)).tell_of_program(timezone.now())


def _mine(request: Request, public_id: UUID) -> Member:
    return get_object_or_404(Member.objects.visible_to(person_of(request)), public_id=public_id)


def _member(member: Member) -> Any:
    return MemberSerializer(member).data


def _with_way(said: dict[str, Any]) -> dict[str, Any]:
    """``in_mail`` is yes or no for programs, and one of two ways on the page."""
    if "in_mail" not in said:
        return said
    if not isinstance(said["in_mail"], bool):
        raise serializers.ValidationError({"in_mail": [_("Please say yes or no: true or false.")]})
    return said | {"in_mail": "mail" if said["in_mail"] else "link"}


def _boxes(members: list[Member], named: Any) -> dict[str, Any]:
    """The ticks of the page on hard days, from a list of who is named and how."""
    if not isinstance(named, list) or not all(isinstance(one, dict) for one in named):
        raise ParseError(_("Please send names and values."))
    boxes: dict[str, Any] = {}
    for member in members:
        way = "mail" if member.hard_day_in_mail else "link"
        boxes[f"how_{member.public_id}"] = way
    known = {str(member.public_id) for member in members}
    for one in named:
        public_id = one.get("public_id")
        if not isinstance(public_id, str) or public_id not in known:
            raise serializers.ValidationError({"members": [_("There is nobody like that here.")]})
        boxes[f"named_{public_id}"] = one.get("named", True)
        if "in_mail" in one:
            boxes[f"how_{public_id}"] = _with_way(one)["in_mail"]
    return boxes


def _hard_days(request: Request) -> Any:
    person = person_of(request)
    members = Member.objects.of(person).said_yes()
    rule = Circle.objects.known(person).hard_day_rule
    return HardDaysSerializer({"rule": rule, "members": members}).data
