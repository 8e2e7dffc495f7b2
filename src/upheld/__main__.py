"""`python -m upheld` is `upheld`."""

from upheld.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
