"""`python -m automation` is `readdress`."""

from automation.cli import main

if __name__ == "__main__":
    main()
