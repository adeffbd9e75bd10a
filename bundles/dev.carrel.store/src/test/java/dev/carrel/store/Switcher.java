package dev.carrel.store;

import static dev.carrel.store.Samples.item;

import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A process that changes a profile again and again. Arguments: the store, how often. */
final class Switcher {
  private Switcher() {}

  public static void main(String[] arguments) {
    DirectoryStore store = Samples.store(Path.of(arguments[0]));
    change(new DirectoryGenerations(store, Samples.host()), Integer.parseInt(arguments[1]));
  }

  static void change(DirectoryGenerations generations, int times) {
    for (int done = 0; done < times; ) {
      Optional<Generation> before = generations.current(ProfileName.DEFAULT);
      int number = before.isPresent() ? before.get().number() : 0;
      List<Chosen> asked = List.of(new Chosen(PackageRequest.parse("p" + number), "debian", ""));
      done += generations.add(ProfileName.DEFAULT, number, item(number % 2 == 0 ? "a" : "b"), asked).isPresent() ? 1 : 0;
    }
  }

  static Process start(Path store, int times) throws IOException {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC", "-Dorg.sqlite.tmpdir=" + store.getParent(), "-cp", System.getProperty("java.class.path"), Switcher.class.getName(),
        store.toString(), Integer.toString(times)).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
  }
}
