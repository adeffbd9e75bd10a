package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerLog;
import dev.carrel.api.container.ContainerLog.Piece;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints a container's log, as its lines came. */
final class LogPrinter {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,9})([smhd])");
  private static final Duration LOOK = Duration.ofMillis(500);

  private final ContainerHandle container;
  private final boolean follow;
  private final boolean timestamps;
  private final boolean json;
  private final Instant since;
  private final long tail;
  private final boolean[] lineOpen = new boolean[2];

  LogPrinter(LifeLine line, ContainerHandle container) {
    this.container = container;
    this.follow = line.has("follow");
    this.timestamps = line.has("timestamps");
    this.json = line.has("json");
    this.since = line.has("since") ? since(line, line.value("since", "")) : Instant.MIN;
    this.tail = line.has("tail") ? line.number("tail", "0") : Long.MAX_VALUE;
  }

  private static Instant since(LifeLine line, String text) {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      ChronoUnit unit = switch (ago.group(2)) {
        case "s" -> ChronoUnit.SECONDS;
        case "m" -> ChronoUnit.MINUTES;
        case "h" -> ChronoUnit.HOURS;
        default -> ChronoUnit.DAYS;
      };
      return Instant.now().minus(Long.parseLong(ago.group(1)), unit);
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw line.usage("--since=" + text + " is no time: write 30s, 10m, 2h or 3d, or 2026-05-01T12:00:00Z");
    }
  }

  int print() {
    try (ContainerLog log = container.log()) {
      if (tail != Long.MAX_VALUE) {
        printTail(log);
      }
      while (true) {
        boolean over = container.info().state() == State.ENDED; // asked before: what it printed last is still to come
        Optional<Piece> piece = log.next(follow && !over ? LOOK : Duration.ZERO);
        if (piece.isPresent()) {
          print(piece.get());
        } else if (!follow || over) {
          return 0;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 130;
    } catch (IOException e) {
      throw CarrelException.failed("cannot print the log: " + e.getMessage(), e);
    }
  }

  /** The last lines of what is there now. */
  private void printTail(ContainerLog log) throws InterruptedException, IOException {
    ArrayDeque<Piece> kept = new ArrayDeque<>();
    long lines = 0;
    for (Optional<Piece> next = log.next(Duration.ZERO); next.isPresent(); next = log.next(Duration.ZERO)) {
      for (Piece part : linesOf(next.get())) {
        kept.add(part);
        lines += ends(part) ? 1 : 0;
        while (lines > tail || tail == 0 && !kept.isEmpty()) {
          lines -= ends(kept.remove()) ? 1 : 0;
        }
      }
    }
    for (Piece part : kept) {
      print(part);
    }
  }

  private static boolean ends(Piece part) {
    return part.bytes().length > 0 && part.bytes()[part.bytes().length - 1] == '\n';
  }

  private static Iterable<Piece> linesOf(Piece piece) {
    java.util.List<Piece> parts = new java.util.ArrayList<>();
    int from = 0;
    byte[] bytes = piece.bytes();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' || i == bytes.length - 1) {
        parts.add(new Piece(piece.time(), piece.error(), java.util.Arrays.copyOfRange(bytes, from, i + 1)));
        from = i + 1;
      }
    }
    return parts;
  }

  private void print(Piece piece) throws IOException {
    if (piece.time().isBefore(since)) {
      return;
    }
    PrintStream out = piece.error() && !json ? System.err : System.out;
    if (json) {
      for (Piece part : linesOf(piece)) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("time", part.time().toString());
        data.put("stream", part.error() ? "stderr" : "stdout");
        data.put("text", new String(part.bytes(), StandardCharsets.UTF_8));
        out.write(Json.line(data).getBytes(StandardCharsets.UTF_8));
      }
    } else if (!timestamps) {
      out.write(piece.bytes());
    } else {
      int stream = piece.error() ? 1 : 0;
      for (Piece part : linesOf(piece)) {
        if (!lineOpen[stream]) {
          out.write((part.time() + " ").getBytes(StandardCharsets.US_ASCII));
        }
        lineOpen[stream] = !ends(part);
        out.write(part.bytes());
      }
    }
    out.flush();
    if (out.checkError()) {
      throw new IOException("nobody reads it");
    }
  }
}
