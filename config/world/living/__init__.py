"""The living demo: three rounds that overlap, each at another point of its life, and a full register."""
