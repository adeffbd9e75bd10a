package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Resolution.Resolved;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Fetches archives by their addresses, without any list of packages: apt's helper does, with apt's proxies and certificates. */
final class AddressedDownloads {
  /** So many at once: a command line has an end. */
  private static final int BATCH = 200;
  private static final String ADDRESS = "((mirror\\+|tor\\+)?https?|mirror\\+file|ftp|file|copy):[!-&(-~]+";

  private final Apt apt;
  private final AptState state;
  private final Function<Resolved, Path> place;

  /** @param place where an archive is to be */
  AddressedDownloads(Apt apt, AptState state, Function<Resolved, Path> place) {
    this.apt = apt;
    this.state = state;
    this.place = place;
  }

  static boolean isAddress(String location) {
    return location.matches(ADDRESS);
  }

  /**
   * An address may have been written by anybody, and becomes a word of a command line.
   *
   * @throws CarrelException if it is none
   */
  static void check(Resolved resolved) {
    if (!isAddress(resolved.location())) {
      throw CarrelException.failed("The package " + resolved.name() + " " + resolved.version() + " was refused: '"
          + resolved.location().replaceAll("[^ -~]", "?") + "' is no address that archives are fetched from. Make the lock anew with carrel lock --update.");
    }
  }

  /** The address in another archive: everything from its pool on, or the file's name, is the same there. */
  static String elsewhere(String archive, String location) {
    int pool = location.indexOf("/pool/");
    return archive + location.substring(pool >= 0 ? pool : location.lastIndexOf('/'));
  }

  /**
   * Asks for archives; those that are not there afterwards could not be had.
   *
   * @param address where each may be
   * @param line gets what the helper prints, line by line
   * @return why some could not be had, in apt's words
   */
  String fetch(List<Resolved> wanted, Function<Resolved, String> address, Consumer<String> line) {
    List<String> why = new ArrayList<>();
    for (int first = 0; first < wanted.size(); first += BATCH) {
      List<String> arguments = new ArrayList<>(List.of("-o", "APT::Status-Fd=1", "download-file"));
      for (Resolved resolved : wanted.subList(first, Math.min(first + BATCH, wanted.size()))) {
        String from = address.apply(resolved);
        // Of a file, apt would make a link to it.
        arguments.add(from.startsWith("file:") ? "copy:" + from.substring("file:".length()) : from);
        arguments.add(place.apply(resolved).toString());
        arguments.add("SHA256:" + resolved.sha256());
      }
      Apt.Ran ran = apt.run("apt-helper", arguments, state.archives(), line);
      if (ran.status() != 0) {
        why.add(AptMessages.errors(ran));
      }
    }
    return String.join("; ", why);
  }
}
