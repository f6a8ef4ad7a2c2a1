"""Who is trusted: the circle, its members, and the one invitation each of them gets."""

from circles.models.circle import Circle
from circles.models.invitation import Invitation
from circles.models.member import Member

__all__ = ["Circle", "Invitation", "Member"]
