"""``python -m ascetic_ddd.faker.cli`` is ``ascetic-ddd``."""

import sys

from ascetic_ddd.faker.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
