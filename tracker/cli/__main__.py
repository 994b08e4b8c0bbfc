"""``python -m tracker.cli``: the same door where no console command is installed."""

from tracker.cli import main

if __name__ == "__main__":
    main()
