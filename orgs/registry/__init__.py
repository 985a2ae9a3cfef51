"""Registered social organisations and hosted community groups, with the papers that eligibility reads."""
