"""Rules of an application, by what they look at: answers, budget, applicant."""
