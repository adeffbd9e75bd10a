package dev.carrel.api.system;

/** A group of a system. */
public record SystemGroup(String name, long gid) {
  public SystemGroup {
    AccountName.check("group", name, gid);
  }
}
