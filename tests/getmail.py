"""getmail, but for its wait for its own children.

It delivers each message in a child process and waits on a condition that the child's end notifies; when
the child ends before the wait begins, it waits for a minute and forgets that it delivered. All else is
as it is.
"""

import os
import runpy

from getmailcore import baseclasses


def prepare(self):
    pass


def wait(self, child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


baseclasses.ForkingBase._prepare_child = prepare
baseclasses.ForkingBase._wait_for_child = wait
runpy.run_path("/usr/bin/getmail", run_name="__main__")
