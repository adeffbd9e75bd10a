package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Resolution.Resolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Fetches archives into the private state. Call with the archives' lock held. */
final class Downloads {
  /** In bytes: up to that many, apt reads its lists for longer than it downloads. */
  private static final long FEW = 16 << 20;

  private final Supplier<MessageDigest> digests;
  private final AptState state;
  private final Apt apt;

  Downloads(AptState state, Apt apt, Supplier<MessageDigest> digests) {
    this.digests = digests;
    this.state = state;
    this.apt = apt;
  }

  /** Where the archive of a package is downloaded to; apt's own way of naming it. */
  Path archive(Resolved resolved) {
    return state.archives().resolve(resolved.name() + "_" + resolved.version().replace(":", "%3a") + "_" + resolved.architecture() + ".deb");
  }

  /**
   * Downloads those archives that are not there, whole and right, from a time when Carrel was killed. Removes all others.
   *
   * @throws CarrelException if one cannot be had
   */
  void fetch(List<Resolved> wanted, Progress progress) {
    try {
      List<Resolved> missing = missing(wanted);
      if (missing.isEmpty()) {
        return;
      }
      long total = 0;
      for (Resolved resolved : missing) {
        total += resolved.size();
      }
      String why;
      try (Progress.Task task = progress.begin("downloading", total, Progress.Unit.BYTES);
          HeldLock lists = HeldLock.shared(state.listsLock(), progress)) {
        Reporter reporter = new Reporter(task, total, missing);
        why = total <= FEW && needNoLists(missing) ? addressed().fetch(missing, Resolved::location, reporter::line) : download(missing, reporter);
      }
      List<Resolved> absent = absent(missing);
      if (!why.isEmpty()) {
        throw refused(missing, why);
      }
      if (!absent.isEmpty()) {
        throw CarrelException.failed("The package " + absent.get(0).name() + " " + absent.get(0).version() + " was not downloaded from "
            + absent.get(0).location() + " although apt reports no error. Run the command again with --refresh.");
      }
    } catch (CarrelException e) {
      if (e.getMessage().contains(AptMessages.NO_SPACE)) {
        discardAll(); // a full disk is no place to keep half of what is needed
      }
      throw e;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Whether their addresses and hashes are enough: not where apt has to find out which sources are trusted. */
  private boolean needNoLists(List<Resolved> wanted) throws IOException {
    for (Resolved resolved : wanted) {
      if (!AddressedDownloads.isAddress(resolved.location())) {
        return false;
      }
    }
    return !SourceLines.mention(state.etc(), List.of("trusted", "allow-"));
  }

  private AddressedDownloads addressed() {
    return new AddressedDownloads(apt, state, this::archive);
  }

  /** Returns why some could not be had, in apt's words. */
  private String download(List<Resolved> wanted, Reporter reporter) {
    Apt.Ran ran = apt.run("apt-get", arguments(wanted), state.archives(), reporter::line);
    return ran.status() == 0 ? "" : AptMessages.errors(ran);
  }

  /**
   * The same by the addresses of the packages, whatever the lists say; those that are gone there are looked for in other archives, and in
   * the end in those that the lists know, if there are lists.
   */
  void restore(List<Resolved> wanted, List<String> archives, Progress progress) {
    try {
      List<Resolved> missing = missing(wanted);
      if (missing.isEmpty()) {
        return;
      }
      AddressedDownloads downloads = addressed();
      long total = 0;
      for (Resolved resolved : missing) {
        total += resolved.size();
      }
      String why;
      try (Progress.Task task = progress.begin("downloading", total, Progress.Unit.BYTES)) {
        Reporter reporter = new Reporter(task, total, missing);
        why = downloads.fetch(missing, Resolved::location, reporter::line);
        for (int i = 0; i < archives.size() && !absent(missing).isEmpty(); i++) {
          String archive = archives.get(i);
          downloads.fetch(absent(missing), one -> AddressedDownloads.elsewhere(archive, one.location()), reporter::line);
        }
      }
      List<Resolved> gone = absent(missing);
      if (!gone.isEmpty() && !why.contains(AptMessages.NO_SPACE) && Files.exists(state.stamp())) {
        apt.run("apt-get", arguments(gone), state.archives(), line -> { });
        gone = absent(missing);
      }
      if (!gone.isEmpty()) {
        throw gone(gone, why);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private List<Resolved> absent(List<Resolved> wanted) {
    List<Resolved> absent = new ArrayList<>();
    for (Resolved resolved : wanted) {
      if (!Files.isRegularFile(archive(resolved), LinkOption.NOFOLLOW_LINKS)) {
        absent.add(resolved);
      }
    }
    return absent;
  }

  private CarrelException gone(List<Resolved> gone, String why) {
    if (why.contains(AptMessages.NO_SPACE)) {
      discardAll();
      return CarrelException.failed("The locked packages could not be downloaded: " + why + ". " + AptMessages.FREE_SPACE);
    }
    StringBuilder names = new StringBuilder();
    for (Resolved resolved : gone) {
      names.append(names.length() == 0 ? "" : ", ").append(resolved.name()).append(' ').append(resolved.version());
    }
    return CarrelException.failed((gone.size() == 1 ? "The locked package " : "The locked packages ") + names + " cannot be had any more: "
        + why + ". Name an archive that keeps old versions (--archive=ADDRESS, or archives in carrel.toml), bring "
        + (gone.size() == 1 ? "it" : "them") + " from a store that has " + (gone.size() == 1 ? "it" : "them")
        + " (carrel store copy), or lock newer ones: carrel lock --update.");
  }

  private CarrelException unusable(IOException e) {
    return CarrelException.failed("Packages could not be downloaded: the directory " + state.archives() + " cannot be used (" + e
        + "). Check that the file system is writable and has space left.", e);
  }

  /** Removes the archives again; one that stays is removed by the next download. */
  void discard(Collection<Resolved> archives) {
    for (Resolved resolved : archives) {
      try {
        Files.deleteIfExists(archive(resolved));
      } catch (IOException e) {
        // Rubbish only: the item is valid, and fetch() cleans up.
      }
    }
  }

  /**
   * Checks an archive against the hash it was resolved with, whatever apt checked.
   *
   * @throws CarrelException if it is another
   */
  Path verified(Resolved resolved) throws IOException {
    Path file = archive(resolved);
    String found = Sha256.of(file, digests.get());
    if (!found.equals(resolved.sha256())) {
      Files.deleteIfExists(file);
      throw CarrelException.failed("The package " + resolved.name() + " " + resolved.version() + " from " + resolved.location()
          + " was refused: the archive has the SHA-256 " + found + " and should have " + resolved.sha256()
          + ". It was damaged or changed on the way; run the command again, with --refresh if that does not help.");
    }
    return file;
  }

  private List<Resolved> missing(List<Resolved> wanted) throws IOException {
    List<Resolved> missing = new ArrayList<>();
    Set<Path> keep = new HashSet<>();
    for (Resolved resolved : wanted) {
      Path file = archive(resolved);
      keep.add(file);
      boolean there = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == resolved.size()
          && Sha256.of(file, digests.get()).equals(resolved.sha256());
      if (!there) {
        Files.deleteIfExists(file);
        missing.add(resolved);
      }
    }
    removeAllBut(keep);
    return missing;
  }

  private void discardAll() {
    try {
      removeAllBut(Set.of());
    } catch (IOException e) {
      // The next download tries again.
    }
  }

  private void removeAllBut(Set<Path> keep) throws IOException {
    List<Path> rubbish;
    try (Stream<Path> files = Files.list(state.archives())) {
      rubbish = files.filter(file -> !keep.contains(file)).toList();
    }
    for (Path file : rubbish) {
      Files.deleteIfExists(file);
    }
  }

  private static List<String> arguments(List<Resolved> missing) {
    List<String> arguments = new ArrayList<>(List.of("-q", "-o", "APT::Status-Fd=1", "download"));
    for (Resolved resolved : missing) {
      boolean all = resolved.architecture().equals("all");
      arguments.add(resolved.name() + (all ? "" : ":" + resolved.architecture()) + "=" + resolved.version());
    }
    return arguments;
  }

  private static CarrelException refused(List<Resolved> missing, String why) {
    String what = missing.size() == 1 ? "The package " + missing.get(0).name() : missing.size() + " packages";
    String advice;
    if (why.contains(AptMessages.NO_SPACE)) {
      advice = AptMessages.FREE_SPACE;
    } else if (why.contains("could not be authenticated")) {
      advice = "Their source is not signed by a key that this host trusts; install its key or remove the source.";
    } else if (why.contains("was not found") || why.contains("Can't find a source")) {
      advice = "The lists of packages have changed in between; run the command again.";
    } else if (why.contains("404") || why.contains("Hash Sum mismatch") || why.contains("unexpected size")) {
      advice = "The archive has moved on since the lists of packages were fetched; run the command again with --refresh.";
    } else {
      advice = "Check the network and the proxy (http_proxy), and run the command again: what was downloaded is kept.";
    }
    return CarrelException.failed(what + " could not be downloaded: " + why + ". " + advice);
  }

  /**
   * Reads how far apt is: {@code dlstatus:FILE:PERCENT:TEXT}, and which package it is at: {@code Get:N URI SUITE/COMPONENT
   * ARCH NAME ARCH VERSION}, without the ARCHs for a flat repository.
   */
  private static final class Reporter {
    private final Progress.Task task;
    private final long total;
    private final Set<String> names = new HashSet<>();
    private long done;

    Reporter(Progress.Task task, long total, List<Resolved> packages) {
      this.task = task;
      this.total = total;
      for (Resolved resolved : packages) {
        names.add(resolved.name());
      }
    }

    void line(String line) {
      if (line.startsWith("dlstatus:")) {
        percent(line);
      } else if (line.startsWith("Get:")) {
        String[] words = line.split(" ", 7);
        for (int i = 3; i < words.length; i++) {
          if (names.contains(words[i])) {
            task.detail(words[i]);
            return;
          }
        }
      }
    }

    private void percent(String line) {
      int from = line.indexOf(':', "dlstatus:".length()) + 1;
      int to = line.indexOf(':', from);
      if (from == 0 || to < 0) {
        return;
      }
      try {
        long now = Math.min(total, (long) (total * Double.parseDouble(line.substring(from, to)) / 100));
        if (now > done) {
          done = now;
          task.done(done);
        }
      } catch (NumberFormatException e) {
        // A progress bar that stands still is no reason to fail.
      }
    }
  }
}
