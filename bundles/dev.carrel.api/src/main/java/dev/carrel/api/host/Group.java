package dev.carrel.api.host;

/** A group, as a line of group(5), without its members. */
public record Group(String name, long gid) {}
