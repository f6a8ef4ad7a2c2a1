"""Where a million people live: how many of each hundred have which clock.

After the population of the zones, roughly, with a product that began in Europe and the Americas:
no more than a plausible crowd. Half-hour zones and both hemispheres' changes of clocks are in it.
"""

# name: share of a hundred
PEOPLE = {
    "Asia/Kolkata": 14,
    "Europe/Berlin": 9,
    "America/New_York": 9,
    "America/Chicago": 6,
    "Europe/London": 6,
    "America/Sao_Paulo": 6,
    "Europe/Paris": 5,
    "Asia/Shanghai": 5,
    "America/Los_Angeles": 5,
    "Asia/Jakarta": 4,
    "Africa/Lagos": 4,
    "Europe/Madrid": 3,
    "America/Mexico_City": 3,
    "Asia/Tokyo": 3,
    "Europe/Warsaw": 3,
    "Asia/Karachi": 2,
    "Asia/Dhaka": 2,
    "Africa/Cairo": 2,
    "Europe/Istanbul": 2,
    "Asia/Manila": 2,
    "Africa/Johannesburg": 1,
    "Australia/Sydney": 1,
    "America/Denver": 1,
    "Asia/Kathmandu": 1,
    "America/St_Johns": 1,
}
# When people want to be asked: the morning before all, and round hours before any other.
HOURS = {
    "09:00:00": 30,
    "08:00:00": 14,
    "10:00:00": 8,
    "19:00:00": 8,
    "20:00:00": 8,
    "18:00:00": 6,
    "07:30:00": 5,
    "12:00:00": 4,
    "21:00:00": 4,
    "08:30:00": 4,
    "09:30:00": 3,
    "18:30:00": 3,
    "07:00:00": 2,
    "20:30:00": 1,
}
