"""How the camera's car is driven: where it starts, how fast it goes, where it brakes, how much it shakes."""

from __future__ import annotations

from dataclasses import dataclass

RATE = 15.0
"""Frames a second."""


@dataclass(frozen=True)
class Drive:
    """One drive; the defaults are the day sample's."""

    start: float = 0.0
    """Where the drive begins, in metres along the street."""
    lane: float = -1.55
    """Metres to the right of the centre line."""
    height: float = 1.42
    """The camera's height above the road, in metres."""
    field_of_view: float = 60.0
    """Of the picture's longer side, in degrees."""
    pitch: float = -1.4
    """The camera's inclination in degrees; negative looks down."""
    speed: float = 8.0
    """Metres a second before braking."""
    brake_at: float = 0.0
    """When braking begins, in seconds; without effect while `brake` is zero."""
    brake: float = 0.0
    """The deceleration in m/s²; the car stays where it came to a stop."""
    shake: float = 1.0
    """The size of the small movements, as a multiple of those of a car on a good road."""

    def way(self, time: float) -> float:
        """Metres driven since the start after `time` seconds."""
        if self.brake <= 0 or time <= self.brake_at:
            return self.speed * time
        slowing = min(time - self.brake_at, self.speed / self.brake)
        return self.speed * (self.brake_at + slowing) - self.brake * slowing**2 / 2

    def dive(self, time: float) -> float:
        """How far the nose dips while braking, in degrees: a body on springs follows the deceleration smoothly."""
        if self.brake <= 0:
            return 0.0
        stop = self.brake_at + self.speed / self.brake
        rise = min(max((time - self.brake_at) / 0.4, 0.0), 1.0)
        fall = min(max((stop + 0.3 - time) / 0.3, 0.0), 1.0)
        return 0.28 * self.brake * min(rise, fall)
