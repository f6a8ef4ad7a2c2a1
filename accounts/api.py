"""The person's own profile, for other programs."""

from django.conf import settings
from django.core.exceptions import ValidationError as Invalid
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.models import Person
from accounts.names import clean_name
from library.names import country_codes


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


class ProfileView(viewsets.ViewSet):
    """Who asks reads and changes only themselves: the path holds no number to guess."""

    def retrieve(self, request: Request) -> Response:
        return Response(ProfileSerializer(person_of(request)).data)

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
