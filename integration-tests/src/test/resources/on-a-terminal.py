"""Runs a command on a pseudo-terminal, as somebody who types would. Reads a scenario from standard input as JSON: "command",
"directory", "environment" and "steps", each ["expect", TEXT], ["send", TEXT], ["size", ROWS, COLUMNS] or ["signal", NAME]. Writes what
was seen as JSON: "screen", "status" (-n: died by signal n), "restored" (whether the terminal's modes are what they were)."""
import codecs, fcntl, json, os, select, signal, struct, subprocess, sys, termios, time

PATIENCE = 120  # seconds
END = "[all was read]"


def resize(descriptor, rows, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def on_terminal():
    """In the child: the terminal is its own, and signals mean what they mean to who logs in, also where the tests run in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for one in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


class Terminal:
    def __init__(self, scenario):
        self.master, self.slave = os.openpty()
        resize(self.slave, 24, 80)
        self.before = termios.tcgetattr(self.slave)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.screen, self.seen = "", 0
        self.process = subprocess.Popen(scenario["command"], cwd=scenario["directory"], env=scenario["environment"], stdin=self.slave,
                                        stdout=self.slave, stderr=self.slave, start_new_session=True,
                                        preexec_fn=on_terminal)

    def read(self, seconds):
        """Whether there was anything."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.screen += self.decoder.decode(os.read(self.master, 65536))
        return True

    def expect(self, text):
        end = time.monotonic() + PATIENCE
        while text not in self.screen[self.seen:]:
            if time.monotonic() > end:
                raise TimeoutError("waited for %r, saw %r" % (text, self.screen))
            self.read(0.1)
        self.seen = self.screen.index(text, self.seen) + len(text)

    def step(self, kind, *arguments):
        if kind == "expect":
            self.expect(*arguments)
        elif kind == "send":
            os.write(self.master, arguments[0].encode())
        elif kind == "size":
            resize(self.slave, *arguments)
        elif kind == "signal":
            os.kill(self.process.pid, getattr(signal, "SIG" + arguments[0]))

    def restored(self):
        return termios.tcgetattr(self.slave) == self.before

    def finish(self):
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise TimeoutError("did not end, saw %r" % self.screen)
            self.read(0.05)
        restored = self.restored()
        while self.process.returncode == -signal.SIGKILL and not restored and time.monotonic() < end:
            time.sleep(0.01)  # somebody else does it then
            restored = self.restored()
        while self.read(0.1):
            pass
        os.write(self.slave, END.encode())  # comes after all that was written before, however late the kernel passes that on
        self.expect(END)
        return {"screen": self.screen[:self.seen - len(END)], "status": self.process.returncode, "restored": restored}


def main():
    scenario = json.load(sys.stdin)
    terminal = Terminal(scenario)
    try:
        for step in scenario["steps"]:
            terminal.step(*step)
        result = terminal.finish()
    except TimeoutError as e:
        result = {"screen": terminal.screen, "status": 999, "restored": False, "error": str(e)}
    finally:
        terminal.process.kill()
    json.dump(result, sys.stdout)


main()
