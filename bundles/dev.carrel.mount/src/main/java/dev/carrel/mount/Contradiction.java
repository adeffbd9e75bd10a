package dev.carrel.mount;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;

/** Two things of a plan that exclude each other, in the user's words. */
final class Contradiction {
  private Contradiction() {}

  static CarrelException twoSources(Mapping one, Mapping other) {
    String target = one.target().equals(other.target()) ? one.target().toString() : one.target() + ", which is " + other.target();
    return CarrelException.usage("cannot plan " + one + " together with " + other + ": both are to be at " + target
        + ". Leave one out, or give it another target");
  }

  static CarrelException belowFile(Mount inner, Mount outer) {
    boolean kernel = outer instanceof Mount.Proc || outer instanceof Mount.Sys;
    String why = kernel ? " shows kernel objects and holds nothing else" : " is no directory";
    return CarrelException.usage("cannot put " + name(inner) + " below " + name(outer) + ": " + outer.target() + why
        + ". Leave one out, or give it another target");
  }

  static CarrelException linkInTree(Mount link) {
    return CarrelException.usage("cannot make the symbolic link " + link.target()
        + ": what is around it is the host's, and it would be made there. Choose another place");
  }

  private static String name(Mount mount) {
    if (mount instanceof Mount.Bind bind && !bind.source().equals(bind.target())) {
      return bind.source() + " (at " + bind.target() + ")";
    }
    return mount.target().toString();
  }
}
