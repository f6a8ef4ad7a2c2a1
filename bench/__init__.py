"""How fast it is, each figure beside what it is measured against. `make bench`; docs/scaling.md."""
