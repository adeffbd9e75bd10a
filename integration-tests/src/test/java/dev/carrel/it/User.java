package dev.carrel.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A user of this machine, by whom root can have things done. */
record User(String name, int uid, int gid) {
  /** Made by .ci/run, with sub-ids. */
  static final String TEST_USER = "carrel-test";

  /** The tag of tests that only root can do, which {@link OrdinaryUserIT} therefore leaves out. */
  static final String ROOT = "root";

  /** The tag of tests that root cannot do, and so leaves to {@link OrdinaryUserIT}. */
  static final String ORDINARY = "ordinary";

  static boolean weAreRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** The user for tests without privilege: {@value #TEST_USER}, or nobody where that has not been made. */
  static Optional<User> ordinary() {
    return named(TEST_USER).or(() -> named("nobody"));
  }

  static Optional<User> named(String name) {
    try {
      for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
        String[] fields = line.split(":", -1);
        if (fields[0].equals(name)) {
          return Optional.of(new User(name, Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command line that does another one as this user; only root may. See setpriv(1). */
  List<String> command(List<String> command) {
    List<String> words = new ArrayList<>(List.of("setpriv", "--reuid", "" + uid, "--regid", "" + gid, "--clear-groups", "--"));
    words.addAll(command);
    return words;
  }

  void own(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", uid);
    Files.setAttribute(file, "unix:gid", gid);
  }
}
