package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** The symbolic links that lead to items: what was remembered, and roots. */
record Links(Layout layout) {
  /** What a key leads to, whether that is there or not. */
  Optional<StorePath> recall(String key) {
    Path link = layout.environments().resolve(checked(key));
    try {
      Path name = Files.readSymbolicLink(link).getFileName();
      if (name == null) {
        return Optional.empty(); // the root directory
      }
      return Optional.of(ItemName.parse(name.toString()));
    } catch (IOException e) {
      return Optional.empty(); // never remembered
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not by this store
    }
  }

  void remember(String key, StorePath item) {
    Path link = layout.environments().resolve(checked(key));
    try {
      replace(link, Path.of("..", "items", item.fileName()));
    } catch (IOException e) {
      throw layout.failure("remember " + item + " in the store " + layout.directory(), e);
    }
  }

  private static String checked(String key) {
    boolean sound = key.length() == 64;
    for (int i = 0; sound && i < key.length(); i++) {
      char c = key.charAt(i);
      sound = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }
    if (!sound) {
      throw new IllegalArgumentException("'" + key + "' is no key: 64 characters of lower-case hexadecimal");
    }
    return key;
  }

  void addRoot(Path link, StorePath item) {
    Path place = link.toAbsolutePath().normalize();
    String attempt = "make the link " + place + " to " + item;
    try {
      requireOwn(place, attempt);
      if (!Files.isDirectory(place.getParent())) {
        throw CarrelException.usage("cannot " + attempt + ": there is no directory " + place.getParent() + ". Make it first, or name another place");
      }
      // Registered first: a root whose link is missing keeps nothing, a link without a root would lose its item.
      replace(layout.roots().resolve(Digest.of(place.toString())), place);
      make(place, layout.item(item), attempt);
    } catch (IOException e) {
      throw layout.failure(attempt, e);
    }
  }

  private void make(Path place, Path to, String attempt) throws IOException {
    try {
      Files.createSymbolicLink(place, to);
    } catch (FileAlreadyExistsException e) {
      requireOwn(place, attempt); // somebody may have made it only now
      replace(place, to);
    }
  }

  /** Whatever the user has there is not Carrel's to remove. */
  private void requireOwn(Path place, String attempt) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isSymbolicLink(place)
        || !place.resolveSibling(Files.readSymbolicLink(place)).normalize().startsWith(layout.items())) {
      throw CarrelException.usage("cannot " + attempt + ": something else is there, which is no link into the store "
          + layout.directory() + ". Name another place, or remove what is there");
    }
  }

  /** Makes a symbolic link, or replaces what is there, in one step. */
  static void replace(Path place, Path to) throws IOException {
    Path temporary = place.resolveSibling("." + place.getFileName() + "." + ProcessHandle.current().pid() + "."
        + Thread.currentThread().getId());
    Files.deleteIfExists(temporary);
    Files.createSymbolicLink(temporary, to);
    try {
      Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }
}
