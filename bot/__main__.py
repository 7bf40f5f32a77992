"""`python -m bot` is `plainwire`."""

from bot.cli import main

if __name__ == "__main__":
    main()
