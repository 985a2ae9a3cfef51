"""What the people room asks for: at sign-in, and on its pages."""

from orgs.people.forms.sign_in import AcceptInvitationForm, ForgottenForm, SignInForm

__all__ = ["AcceptInvitationForm", "ForgottenForm", "SignInForm"]
