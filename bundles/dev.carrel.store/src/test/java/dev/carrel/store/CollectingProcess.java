package dev.carrel.store;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Upkeep.Collection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** A process that collects. Argument: the store. */
final class CollectingProcess {
  private CollectingProcess() {}

  public static void main(String[] arguments) {
    DirectoryStore store = Samples.store(Path.of(arguments[0]));
    new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()))
        .collect(new Collection(OptionalLong.empty(), Optional.empty(), false), Progress.silent());
  }

  static Process start(Path store) throws IOException {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC", "-Dorg.sqlite.tmpdir=" + store.getParent(), "-cp", System.getProperty("java.class.path"),
        CollectingProcess.class.getName(), store.toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
  }
}
