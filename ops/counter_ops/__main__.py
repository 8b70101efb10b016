"""`python -m counter_ops`: the same as `counter`."""

import sys

from counter_ops.cli import main

sys.exit(main())
