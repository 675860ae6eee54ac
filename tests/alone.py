"""What a script begins with that runs a generated module where derive cannot be imported."""

ALONE = '''
import importlib.util
import json
import sys


class Absent:
    """derive, and all that it needs besides numpy and scipy, is not installed."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("derive", "sympy", "mpmath", "rich", "threadpoolctl"):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return None


sys.meta_path.insert(0, Absent())
try:
    import derive
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("derive can be imported here: the test shows nothing")

spec = importlib.util.spec_from_file_location("generated", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
'''
