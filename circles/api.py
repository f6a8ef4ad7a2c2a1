"""The person's members, for other programs: read them, and change what they hear."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from circles import sent
from circles.models import Member


class MemberSerializer(serializers.Serializer[Any]):
    """A member as the Circle page shows them; no address."""

    public_id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    kind = serializers.CharField(read_only=True)
    level = serializers.ChoiceField(choices=Member.Level.choices)
    in_mail = serializers.BooleanField()
    standing = serializers.SerializerMethodField()

    def get_standing(self, member: Member) -> str:
        return sent.standing(member, timezone.now())


class MemberView(OwnView):
    """Only the members of whoever asks; somebody else's are not found."""

    def list(self, request: Request) -> Response:
        members = Member.objects.visible_to(person_of(request)).with_invitation()
        return Response(MemberSerializer(members, many=True).data)

    def retrieve(self, request: Request, public_id: UUID) -> Response:
        return Response(MemberSerializer(_mine(request, public_id)).data)

    def partial_update(self, request: Request, public_id: UUID) -> Response:
        member = _mine(request, public_id)
        form = MemberSerializer(member, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes: dict[str, Any] = form.validated_data
        member.change(**changes, now=timezone.now())
        return Response(MemberSerializer(member).data)


def _mine(request: Request, public_id: UUID) -> Member:
    return get_object_or_404(Member.objects.visible_to(person_of(request)), public_id=public_id)
