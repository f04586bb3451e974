"""Add up the results of the tiers; a skipped test is a failure. Prints one closing line."""

import sys
import xml.etree.ElementTree as ElementTree

totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
for path in sys.argv[1:]:
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        for key in totals:
            totals[key] += int(suite.get(key, "0"))
failed = totals["failures"] + totals["errors"] + totals["skipped"]
if totals["skipped"]:
    print(f"{totals['skipped']} tests were skipped: each counts as a failure")
print(f"{totals['tests'] - failed} passed, {failed} failed")
sys.exit(1 if failed or not totals["tests"] else 0)
