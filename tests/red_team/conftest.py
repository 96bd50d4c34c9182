"""The red team: attacks through the front door, each of which fails when the guard that it tests is taken away.

Rules of this folder:

- One attack is one parametrized case with a readable id. A comment per group says which guard holds it off.
- `served` is one gateway on the simulated departments for the whole session, with a token for every registered client
  (`served.ask`, `served.token`); `city` counts what the departments are asked and makes them answer again after a test.
- What an attack needs of a department that the demo lacks is a real server started by the test (`tests.servers`,
  `tests.connectors.departments`), never a mock.
- Helpers that two files need stand in `attacks.py`; the attacks of one area in `test_<area>.py`.
"""

from tests.end_to_end.conftest import city as city
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.conftest import key_file as key_file
from tests.end_to_end.conftest import served as served
