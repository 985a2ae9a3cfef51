"""One whole year of the competition, played through services only, with a cast and a stepped clock."""
