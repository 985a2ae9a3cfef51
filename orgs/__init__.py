"""Who acts: places, people and bodies, registered organisations."""
