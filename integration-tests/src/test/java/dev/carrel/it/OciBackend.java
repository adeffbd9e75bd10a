package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** The contract of backends, kept by the backend oci, or another that starts runtimes, with one runtime. */
abstract class OciBackend extends FoundBackend {
  private static final String PROPERTY = "carrel.oci.runtime";
  private final String runtime;

  OciBackend(String runtime, BundleContext context) throws InvalidSyntaxException {
    this("oci", runtime, context);
  }

  OciBackend(String name, String runtime, BundleContext context) throws InvalidSyntaxException {
    super(name, context);
    this.runtime = runtime;
  }

  /** Whether a runtime is installed, which may be where only root looks for programs. */
  static boolean here(String runtime) {
    return Host.can("sh", "-c", "PATH=$PATH:/usr/sbin; " + runtime + " --version");
  }

  /** What a command that lists backends tells of one. */
  static JsonObject listed(String backend, Carrel list) {
    for (JsonElement entry : JsonParser.parseString(list.run().out()).getAsJsonArray()) {
      if (entry.getAsJsonObject().get("name").getAsString().equals(backend)) {
        return entry.getAsJsonObject();
      }
    }
    throw new AssertionError(backend + " is not in the list");
  }

  /** It is used from here on. */
  static void use(String runtime) {
    assumeTrue(here(runtime), "needs " + runtime);
    System.setProperty(PROPERTY, runtime);
  }

  @AfterAll
  static void use_any_again() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void the_runtime_is_the_one_that_was_named() {
    assertThat(backend().version()).startsWith(runtime + " ");
  }
}
