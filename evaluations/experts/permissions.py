"""Who keeps the pool and who draws from it."""

from core.policy import SYSTEM_ONLY, Role, Seat, allow, predicate
from evaluations.experts.models import DrawWitness, Expert, ExpertLeave


@predicate
def is_the_expert(seat: Seat, obj: Expert | ExpertLeave) -> bool:
    """The expert at stake is the person who acts."""
    expert = obj.expert if isinstance(obj, ExpertLeave) else obj
    return seat.actor.person_id is not None and expert.person_id == seat.actor.person_id


@predicate
def drew_it(seat: Seat, obj: DrawWitness) -> bool:
    """The person who acts made the very draw."""
    return obj.draw.drawn_by_id == seat.actor.user_id


KEEPERS = (Role.CLERK, Role.SECTION_CHIEF, Role.SUPERVISOR, Role.AUDITOR)

PERMISSIONS = {
    "experts.view": allow(*KEEPERS) | allow(Role.EXPERT, Role.EVALUATOR, when=is_the_expert),
    "experts.list": allow(*KEEPERS),
    "experts.register": allow(Role.CLERK, Role.SECTION_CHIEF) | SYSTEM_ONLY,
    "experts.record_leave": allow(Role.CLERK, Role.SECTION_CHIEF)
    | allow(Role.EXPERT, Role.EVALUATOR, when=is_the_expert),
    "experts.view_draw": allow(*KEEPERS),
    "experts.list_draws": allow(*KEEPERS),
    "experts.draw": allow(Role.CLERK, Role.SECTION_CHIEF),
    "experts.witness": allow(Role.SUPERVISOR, when=~drew_it),
}
