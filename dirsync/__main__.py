"""`python -m dirsync`."""

from dirsync.cli import main

if __name__ == "__main__":
    main()
