package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The files of one profile: {@code <name>}, a link to {@code <name>-7-link}, a link to an item; and beside them in
 * {@code .<name>/} what was asked for in generation 7, as {@code 7}, the highest number ever used, and a lock.
 */
record GenerationFiles(Layout layout, ProfileName profile) {
  private static final String END = "-link";
  private static final String HIGHEST = "highest";

  Path link() {
    return layout.profiles().resolve(profile.name());
  }

  Path link(int number) {
    return layout.profiles().resolve(profile.name() + "-" + number + END);
  }

  private Path notes() {
    return layout.profiles().resolve("." + profile.name());
  }

  PatientLock.Held lock() throws IOException {
    try {
      Files.createDirectory(notes());
    } catch (FileAlreadyExistsException e) {
      // made before
    }
    return PatientLock.acquire(notes().resolve("lock"));
  }

  /** The number of the present generation; 0 if there is none. */
  int current() throws IOException {
    try {
      return number(Files.readSymbolicLink(link()).toString());
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** The number in the name of a generation's link; 0 if it is none of this profile's. */
  private int number(String fileName) {
    String begin = profile.name() + "-";
    if (!fileName.startsWith(begin) || !fileName.endsWith(END) || fileName.length() <= begin.length() + END.length()) {
      return 0;
    }
    try {
      int number = Integer.parseInt(fileName.substring(begin.length(), fileName.length() - END.length()));
      return link(number).endsWith(fileName) ? number : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** All numbers, the lowest first. */
  TreeSet<Integer> numbers() throws IOException {
    TreeSet<Integer> numbers = new TreeSet<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(layout.profiles())) {
      for (Path link : links) {
        int number = number(link.getFileName().toString());
        if (number > 0) {
          numbers.add(number);
        }
      }
    } catch (NoSuchFileException e) {
      return numbers; // a store without profiles
    }
    return numbers;
  }

  /** One more than any number that was ever used; from now on this one was. */
  int takeNumber() throws IOException {
    TreeSet<Integer> numbers = numbers();
    int highest = numbers.isEmpty() ? 0 : numbers.last();
    try {
      highest = Math.max(highest, Integer.parseInt(Files.readString(notes().resolve(HIGHEST)).strip()));
    } catch (NoSuchFileException e) {
      // the first
    } catch (NumberFormatException e) {
      // written by somebody else; the links tell as well
    }
    write(notes().resolve(HIGHEST), Integer.toString(highest + 1));
    return highest + 1;
  }

  /** Makes a generation, to which nothing leads yet. What was asked for comes first, so that no link is without it. */
  void make(int number, StorePath item, List<Chosen> packages) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Chosen one : packages) {
      text.append(one.source()).append('\t').append(one.version()).append('\t').append(one.request()).append('\n');
    }
    write(notes().resolve(Integer.toString(number)), text.toString());
    Files.createSymbolicLink(link(number), Path.of("..", "items", item.fileName()));
  }

  /** The one step in which a profile changes. */
  void go(int number) throws IOException {
    Links.replace(link(), link(number).getFileName());
    Layout.flush(layout.profiles());
  }

  private static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling("." + file.getFileName());
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What is known of a generation whose link is there. */
  Generation read(int number) throws IOException {
    Path link = link(number);
    try {
      StorePath item = ItemName.parse(Files.readSymbolicLink(link).getFileName().toString());
      return new Generation(profile, number, item, Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS).toInstant(), packages(number));
    } catch (IllegalArgumentException e) {
      throw CarrelException.failed("cannot read generation " + number + " of the profile " + profile + ": " + link
          + " does not lead to a store item. Remove it, or go to another with: carrel profile switch --profile=" + profile + " NUMBER", e);
    }
  }

  private List<Chosen> packages(int number) throws IOException {
    Path file = notes().resolve(Integer.toString(number));
    List<Chosen> packages = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] fields = line.split("\t", 3);
        if (fields.length != 3) {
          throw new IllegalArgumentException("'" + line + "'");
        }
        packages.add(new Chosen(PackageRequest.parse(fields[2]), fields[0], fields[1]));
      }
      return packages;
    } catch (NoSuchFileException | IllegalArgumentException e) {
      throw CarrelException.failed("cannot tell what was asked for in generation " + number + " of the profile " + profile + ": " + file
          + (e instanceof NoSuchFileException ? " is gone" : " is damaged, with " + e.getMessage()) + ". Go to another with: carrel profile"
          + " switch --profile=" + profile + " NUMBER, and delete this one", e);
    }
  }

  /** Forgets a generation; what was asked for goes last. */
  void delete(int number) throws IOException {
    Files.deleteIfExists(link(number));
    Files.deleteIfExists(notes().resolve(Integer.toString(number)));
  }
}
