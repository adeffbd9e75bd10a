package ${package};

import java.nio.file.Path;

/** A package in a file called {@code NAME-VERSION.tar.gz}. */
record Tarball(String name, String version, Path file) {}
