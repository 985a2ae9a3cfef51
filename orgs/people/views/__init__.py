"""Pages of people: signing in, one's own account, accounts, bodies, roles."""

from orgs.people.views.sign_in import accept_invitation, locked_out

__all__ = ["accept_invitation", "locked_out"]
