package dev.carrel.store.debian;

import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A program for tests that need a second process: resolves and resolves to items; {@code ETC STORE PACKAGE...}. */
final class ResolveInAnotherJvm {
  private ResolveInAnotherJvm() {}

  public static void main(String[] arguments) {
    Path etc = Path.of(arguments[0]);
    DirectoryStore store = new DirectoryStore(Path.of(arguments[1]));
    AptPaths paths = etc.equals(AptPaths.host().etc())
        ? AptPaths.host() : new AptPaths(etc, AptPaths.host().programs(), Map.of("HOME", etc.toString()));
    DebianSource source = new DebianSource(paths, Sha256::java);
    List<PackageRequest> wanted = Stream.of(arguments).skip(2).map(PackageRequest::parse).toList();
    long start = System.nanoTime();
    Resolution resolution = source.resolve(wanted, store, Lists.IF_MISSING, Progress.silent());
    long resolved = System.nanoTime();
    source.realize(resolution, store, Progress.silent());
    System.out.println(resolution.packages().size() + " packages; resolved in " + (resolved - start) / 1_000_000 + " ms, realized in "
        + (System.nanoTime() - resolved) / 1_000_000 + " ms");
  }
}
