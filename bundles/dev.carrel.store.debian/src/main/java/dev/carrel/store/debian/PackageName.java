package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.PackageRequest;

/**
 * Syntax of names, versions and architectures: deb-control(5), deb-version(7). Whatever apt would take for an option, a
 * pattern, a release ({@code name/testing}) or a wildcard does not have it.
 */
final class PackageName {
  private PackageName() {}

  /**
   * Checks a request; names are {@code name} or {@code name:architecture}.
   *
   * @throws CarrelException of kind USAGE if it has not the syntax
   */
  static void check(PackageRequest request) {
    String name = request.name();
    int colon = name.indexOf(':');
    if (!isName(plain(name)) || (colon >= 0 && !isArchitecture(name.substring(colon + 1)))) {
      throw CarrelException.usage("The package '" + printable(name) + "' was asked for, which is no name of a Debian package:"
          + " these have two or more of a-z, 0-9, '+', '-' and '.', and begin with a letter or digit. A version follows a '=', an architecture a ':'.");
    }
    if (colon >= 0 && request.part() == PackageRequest.Part.INPUTS) {
      throw CarrelException.usage("What building '" + printable(name) + "' needs was asked for: packages are built for this machine's architecture."
          + " Leave out the ':' and what follows.");
    }
    if (request.version().isPresent() && !isVersion(request.version().get())) {
      throw CarrelException.usage("Version '" + printable(request.version().get()) + "' of the package " + name
          + " was asked for, which is no version of a Debian package: these have letters, digits and '.', '+', '-', ':', '~', and begin with a letter or digit.");
    }
  }

  /** A name without its architecture. */
  static String plain(String name) {
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }

  static boolean isName(String text) {
    return text.length() >= 2 && text.length() <= 120 && isLower(text.charAt(0)) && only(text, false, "+-.");
  }

  static boolean isVersion(String text) {
    return !text.isEmpty() && text.length() <= 150 && ".+-:~".indexOf(text.charAt(0)) < 0 && only(text, true, ".+-:~");
  }

  static boolean isArchitecture(String text) {
    return !text.isEmpty() && text.length() <= 50 && isLower(text.charAt(0)) && only(text, false, "-");
  }

  private static boolean only(String text, boolean capitals, String others) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLower(c) && !(capitals && c >= 'A' && c <= 'Z') && others.indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLower(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 100); i++) {
      shown.append(Character.isISOControl(text.charAt(i)) ? '?' : text.charAt(i));
    }
    return shown.toString();
  }
}
