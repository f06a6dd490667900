"""``python -m registry`` is ``faces``."""

from registry.cli import main

if __name__ == "__main__":
    main()
