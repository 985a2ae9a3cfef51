"""Who gets the money: the meeting's decision, money set aside, awards, the waiting list."""
