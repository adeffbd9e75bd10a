package org.example.tarballs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.store.PackageSource;
import dev.carrel.conformance.PackageSourceConformance;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The tarballs keep the contract of package sources: its tests are inherited. */
class TarballSourceTest extends PackageSourceConformance {
  @TempDir static Path shelf;

  @BeforeAll
  static void putATarballThere(@TempDir Path tree) throws Exception {
    Path programs = Files.createDirectories(tree.resolve("usr/bin"));
    Files.writeString(programs.resolve("hello"), "#!/bin/sh\necho Hello from a tarball\n");
    Process tar = new ProcessBuilder("tar", "-C", tree.toString(), "-czf", shelf.resolve("hello-1.0.tar.gz").toString(), "usr").inheritIO().start();
    assertThat(tar.waitFor()).isZero();
  }

  @Override
  protected PackageSource source() {
    return new TarballSource(new Shelf(shelf));
  }

  @Override
  protected String known() {
    return "hello";
  }
}
