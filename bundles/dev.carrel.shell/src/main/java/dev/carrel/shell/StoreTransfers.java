package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Transfers;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What goes into a store and out of it: {@code store add|forget|export|import|copy}. */
final class StoreTransfers {
  private static final String SSH = "ssh:";
  /** How ssh(1) ends when it is not the command that has failed. */
  private static final int NO_CONNECTION = 255;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  private final LifeLine line;
  private final Transfers transfers;
  private final Foreground foreground;
  private final Items items;

  /** Finds the item that a word means. */
  interface Items {
    StorePath find(String word);
  }

  StoreTransfers(LifeLine line, Transfers transfers, Foreground foreground, Items items) {
    this.line = line;
    this.transfers = transfers;
    this.foreground = foreground;
    this.items = items;
  }

  private <T> T reported(ProgressReport.Work<T> work) {
    return ProgressReport.during(line, foreground, work);
  }

  private Path path(String text) {
    try {
      return ForCaller.directory().resolve(text);
    } catch (InvalidPathException e) {
      throw line.usage("'" + text + "' is no path: " + e.getReason());
    }
  }

  void add() {
    if (line.operands().size() != 1) {
      throw line.usage("what? Give one directory, file or tar archive");
    }
    String name = line.value("name", "");
    String version = line.value("version", "");
    try {
      new StorePath("0".repeat(32), name, version);
    } catch (IllegalArgumentException e) {
      throw line.usage(name.isEmpty() ? "it needs a name: --name=NAME" : e.getMessage());
    }
    List<StorePath> references = new ArrayList<>();
    String[] words = line.line().getOptionValues("reference");
    for (String word : words == null ? new String[0] : words) {
      references.add(items.find(word));
    }
    StorePath added = reported(progress -> transfers.add(path(line.operands().get(0)), name, version, references, progress));
    System.out.println(added);
  }

  void forget() {
    if (line.operands().isEmpty()) {
      throw line.usage("what? Give the name under which it was added");
    }
    line.operands().forEach(transfers::forget);
  }

  private List<StorePath> named() {
    if (line.operands().isEmpty()) {
      throw line.usage("which item? Give its name");
    }
    List<StorePath> named = new ArrayList<>();
    line.operands().forEach(word -> named.add(items.find(word)));
    return named;
  }

  void send() {
    List<StorePath> named = named();
    if (foreground.isTerminal(1)) {
      throw line.usage("an archive is nothing for a terminal: write it to a file, with > FILE");
    }
    reported(progress -> {
      transfers.send(named, new Unclosed(System.out), progress);
      return null;
    });
    if (System.out.checkError()) {
      throw CarrelException.failed("carrel store export: the archive could not be written: standard output is full or closed");
    }
  }

  void receive() {
    line.noOperands();
    if (foreground.isTerminal(0)) {
      throw line.usage("the archive is read from standard input: give it with < FILE");
    }
    told(reported(progress -> transfers.receive(System.in, progress)));
  }

  private static void told(List<StorePath> received) {
    System.out.println(StoreReport.count(received.size(), "item") + " there now");
  }

  void copy() {
    String to = line.value("to", "");
    List<StorePath> named = named();
    if (to.isEmpty()) {
      throw line.usage("to where? Say --to=DIRECTORY or --to=ssh:HOST");
    }
    if (!to.startsWith(SSH)) {
      told(reported(progress -> transfers.copy(named, path(to), progress)));
      return;
    }
    String host = to.startsWith(SSH + "//") ? to : to.substring(SSH.length()); // ssh(1) knows ssh://USER@HOST:PORT as well
    if (host.isEmpty() || host.startsWith("-") || host.equals(SSH + "//")) {
      throw line.usage("'" + host + "' is no host");
    }
    System.out.flush();
    reported(progress -> {
      over(host, named, progress);
      return null;
    });
  }

  /** The Carrel there reads the archive as it comes. */
  private void over(String host, List<StorePath> named, Progress progress) {
    try {
      Process ssh = new ProcessBuilder("ssh", "--", host, "carrel", "store", "import", "--quiet")
          .redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (OutputStream out = ssh.getOutputStream()) {
        transfers.send(named, out, progress);
      } catch (CarrelException e) {
        if (!ssh.waitFor(10, TimeUnit.SECONDS) || ssh.exitValue() == 0) {
          throw e; // else the other side has told why it reads no more
        }
      }
      if (ssh.waitFor() != 0) {
        throw CarrelException.failed("cannot copy to " + host + ": " + why(ssh.exitValue()));
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot copy to " + host + ": " + e.getMessage() + ". Install ssh, or send what carrel store export writes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("interrupted while copying to " + host);
    }
  }

  private static String why(int status) {
    return switch (status) {
      case NO_CONNECTION -> "there is no connection, or there was none until the end; ssh says why. What is there is as it was. Try again";
      case NOT_FOUND, NOT_EXECUTABLE -> "there is no command carrel. Have it there in the PATH of who comes by ssh,"
          + " for example as a link in /usr/local/bin";
      default -> "carrel store import ended with " + status + " there; what it said is above";
    };
  }

  /** Standard output is used after this. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
