"""What programs read of check-ins, answers, shares and letters."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from checkins.models import Answer, CheckIn, Reply, Schedule, Share
from circles.models import Member


class AnswerSerializer(serializers.Serializer[Answer]):
    """What was said; every part of it may be empty, but not all of it."""

    check_in = serializers.UUIDField(source="check_in.public_id")
    local_date = serializers.DateField()
    word = serializers.ChoiceField(choices=Answer.Word.choices, allow_blank=True)
    note = serializers.CharField()
    went_well = serializers.CharField()
    would_help = serializers.ListField(child=serializers.ChoiceField(choices=Answer.Help.choices))


class WhoSerializer(serializers.Serializer[Member]):
    """A member by name."""

    public_id = serializers.UUIDField()
    name = serializers.CharField()


class DeliverySerializer(serializers.Serializer[Any]):
    """What one member gets of an answer, and where its mail is; ``says`` is the page's sentence."""

    member = WhoSerializer()
    level = serializers.CharField(allow_null=True)
    state = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    says = serializers.CharField()
    can_tell_now = serializers.BooleanField(source="can_hurry")
    can_take_back = serializers.BooleanField()


class SaidSerializer(serializers.Serializer[CheckIn]):
    """One answer with who gets what of it."""

    check_in = serializers.UUIDField(source="public_id")
    local_date = serializers.DateField()
    open = serializers.SerializerMethodField()
    word = serializers.CharField(source="answered.word")
    note = serializers.CharField(source="answered.note")
    went_well = serializers.CharField(source="answered.went_well")
    would_help = serializers.ListField(child=serializers.CharField(), source="answered.would_help")
    deliveries = serializers.SerializerMethodField()

    def get_open(self, check_in: CheckIn) -> bool:
        return check_in.is_open(timezone.now())

    def get_deliveries(self, check_in: CheckIn) -> Any:
        return DeliverySerializer(check_in.deliveries(timezone.now()), many=True).data


class LineSerializer(serializers.Serializer[Any]):
    """A member who can be told of a hard day; ``says`` what became of telling them."""

    public_id = serializers.UUIDField(source="member.public_id")
    name = serializers.CharField(source="member.name")
    says = serializers.CharField()


class NearSerializer(serializers.Serializer[Any]):
    """Who and what is near on a hard day."""

    emergency_number = serializers.CharField()
    people = LineSerializer(many=True)
    has_words = serializers.BooleanField()
    helps_me = serializers.CharField()


class CheckInSerializer(serializers.Serializer[CheckIn]):
    """What was asked, and whether it can still be answered."""

    public_id = serializers.UUIDField()
    local_date = serializers.DateField()
    asked = serializers.BooleanField()
    due_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    open = serializers.SerializerMethodField()
    answered = serializers.SerializerMethodField()

    def get_open(self, check_in: CheckIn) -> bool:
        return check_in.is_open(timezone.now())

    def get_answered(self, check_in: CheckIn) -> bool:
        return check_in.said() is not None


class ShareSerializer(serializers.Serializer[Share]):
    """Who got what of which answer."""

    public_id = serializers.UUIDField()
    check_in = serializers.UUIDField(source="check_in.public_id")
    member = WhoSerializer()
    level = serializers.CharField()
    in_mail = serializers.BooleanField()
    made_at = serializers.DateTimeField()
    taken_back_at = serializers.DateTimeField(allow_null=True)


class LetterSerializer(serializers.Serializer[Reply]):
    """What a member wrote back, and what the person did with it."""

    public_id = serializers.UUIDField()
    member = WhoSerializer()
    check_in = serializers.SerializerMethodField()
    gesture = serializers.CharField(source="gesture_label")
    words = serializers.CharField()
    meant_as = serializers.SerializerMethodField()
    made_at = serializers.DateTimeField()
    thanked = serializers.SerializerMethodField()
    helped = serializers.SerializerMethodField()
    kept = serializers.SerializerMethodField()
    folded = serializers.SerializerMethodField()

    def get_check_in(self, reply: Reply) -> str | None:
        return str(reply.share.check_in.public_id) if reply.share else None

    def get_meant_as(self, reply: Reply) -> list[str]:
        return [str(label) for label in reply.kind_labels]

    def get_thanked(self, reply: Reply) -> bool:
        return reply.thanked_at is not None

    def get_helped(self, reply: Reply) -> bool:
        return reply.helped_at is not None

    def get_kept(self, reply: Reply) -> bool:
        return reply.kept_at is not None

    def get_folded(self, reply: Reply) -> bool:
        return reply.folded_at is not None


class RhythmSerializer(serializers.Serializer[Schedule]):
    """When the person is asked; Monday is day 0."""

    weekdays = serializers.SerializerMethodField()
    every_weeks = serializers.IntegerField()
    time = serializers.TimeField(source="local_time", format="%H:%M")
    zone = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True)
    paused = serializers.SerializerMethodField()
    paused_until = serializers.DateTimeField(allow_null=True)

    def get_weekdays(self, schedule: Schedule) -> list[int]:
        return [day for day in range(7) if schedule.weekdays >> day & 1]

    def get_paused(self, schedule: Schedule) -> bool:
        return schedule.is_paused(timezone.now())
