package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One store for all classes of a run, with one profile in it: what each of them would fetch and unpack again. A test that
 * changes the store makes one of its own.
 *
 * @param directory for {@code CARREL_STORE}
 */
record TestStore(Path directory) implements AutoCloseable {
  /** What is in the profile, beside the essential packages. */
  static final List<String> PACKAGES = List.of("hello", "iproute2", "python3-minimal");

  /** Gives the store to a test that has a parameter for it. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == TestStore.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context.getRoot().getStore(Namespace.create(TestStore.class)).computeIfAbsent(TestStore.class, key -> made(), TestStore.class);
    }
  }

  private static TestStore made() {
    try {
      TestStore store = new TestStore(Files.createTempDirectory("carrel-it-store",
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))));
      Carrel.Result result = store.shell("--no-cwd", "--", "true").run();
      if (result.status() != 0) {
        store.close();
        throw new AssertionError("cannot make the profile of " + PACKAGES + ": " + result.err());
      }
      return store;
    } catch (IOException e) {
      throw new AssertionError("cannot make a store for tests", e);
    }
  }

  /** {@code carrel WORDS} with this store. */
  Carrel command(String... words) {
    return Carrel.command(words).withVariable("CARREL_STORE", directory.toString());
  }

  /** {@code carrel shell PACKAGES WORDS} with this store: options first, then {@code --} and a command. */
  Carrel shell(String... words) {
    List<String> line = new ArrayList<>(List.of("shell"));
    line.addAll(PACKAGES);
    line.addAll(List.of(words));
    return command(line.toArray(String[]::new));
  }

  @Override
  public void close() throws IOException {
    Trees.delete(directory);
  }
}
