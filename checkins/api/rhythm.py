"""When the person is asked, for other programs."""

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person_of
from accounts.api import OwnView
from accounts.typed import names, refused, typed
from checkins.api.shown import RhythmSerializer
from checkins.forms.rhythm import PauseForm, RhythmForm
from checkins.models import Schedule
from library.described import done, drawn, shown, taken


class ScheduleView(OwnView):
    """When the person is asked; without a rhythm there is nothing here."""

    @shown(RhythmSerializer)
    def retrieve(self, request: Request) -> Response:
        return Response(RhythmSerializer(_schedule(request)).data)

    @taken(drawn(RhythmForm), RhythmSerializer)
    def put(self, request: Request) -> Response:
        """Ask on this rhythm from now on."""
        person, now = person_of(request), timezone.now()
        form = RhythmForm(typed(names(request)), schedule=Schedule.objects.of(person))
        draft = form.draft(person, now) if form.is_valid() else None
        if draft is None:
            raise refused(form)
        draft.keep(now=now)
        return Response(RhythmSerializer(draft).data)

    @done()
    def destroy(self, request: Request) -> Response:
        """Ask no more."""
        _schedule(request).stop(now=timezone.now())
        return Response(status=204)

    @taken(drawn(PauseForm), RhythmSerializer)
    def pause(self, request: Request) -> Response:
        """A break in one step."""
        schedule, now, form = _schedule(request), timezone.now(), PauseForm(typed(names(request)))
        if not form.is_valid():
            raise refused(form)
        schedule.pause(now=now, until=form.until(now))
        return Response(RhythmSerializer(schedule).data)

    @shown(RhythmSerializer)
    def resume(self, request: Request) -> Response:
        """The end of a break."""
        schedule = _schedule(request)
        schedule.resume(now=timezone.now())
        return Response(RhythmSerializer(schedule).data)


def _schedule(request: Request) -> Schedule:
    schedule = Schedule.objects.of(person_of(request))
    if schedule is None:
        raise Http404
    return schedule
