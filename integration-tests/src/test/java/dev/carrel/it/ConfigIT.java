package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is configured counts where nothing is said, for the user or for all, at once. */
class ConfigIT {
  @TempDir Path directory;

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString())
        .withVariable("XDG_CONFIG_HOME", directory.resolve("config").toString()).withVariable("CARREL_SYSTEM_CONFIG", everybodys().toString())
        .withVariable("CARREL_STORE", "");
  }

  private Path everybodys() {
    return directory.resolve("etc");
  }

  private Path own() {
    return directory.resolve("config/carrel");
  }

  private Path write(Path folder, String text) throws IOException {
    Path file = Files.writeString(Files.createDirectories(folder).resolve("config.json"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--")); // whatever the umask
    return file;
  }

  private static void says(Carrel command, String out) {
    assertThat(command.run()).isEqualTo(new Carrel.Result(0, out, ""));
  }

  private static void refused(Carrel command, String... words) {
    Containers.refused(command.run(), words);
  }

  private JsonObject listed(String name) {
    for (JsonElement entry : JsonParser.parseString(carrel("config", "list", "--json").says()).getAsJsonArray()) {
      if (entry.getAsJsonObject().get("name").getAsString().equals(name)) {
        return entry.getAsJsonObject();
      }
    }
    throw new AssertionError(name + " is not listed");
  }

  @Test
  void what_is_set_is_kept_in_the_users_file_and_counts_for_the_next_command() throws IOException {
    says(carrel("config", "set", "shell.network", "host"), "");
    says(carrel("config", "get", "shell.network"), "host\n");
    Path file = own().resolve("config.json");

    assertThat(JsonParser.parseString(Files.readString(file)).toString()).isEqualTo("{\"dev.carrel.shell\":{\"network\":\"host\"}}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    assertThat(listed("shell.network").get("file").getAsString()).isEqualTo(file.toString());
    String hosts = Host.says("readlink", "/proc/self/ns/net");
    assertThat(carrel("run", "--no-cwd", "--", "readlink", "/proc/self/ns/net").says()).isEqualTo(hosts + "\n");
    assertThat(carrel("run", "--no-cwd", "--network=none", "--", "readlink", "/proc/self/ns/net").says()).isNotEqualTo(hosts + "\n");

    says(carrel("config", "unset", "shell.network"), "");
    assertThat(carrel("run", "--no-cwd", "--", "readlink", "/proc/self/ns/net").says()).isNotEqualTo(hosts + "\n");
  }

  @Test
  @Tag(User.ROOT)
  void the_users_word_goes_before_that_for_all_and_a_variable_before_both() throws IOException {
    says(carrel("config", "set", "--system", "store.directory", directory.resolve("everybodys").toString()), "");
    assertThat(carrel("doctor").run().out()).contains(directory.resolve("everybodys").toString());
    says(carrel("config", "set", "store.directory", directory.resolve("mine").toString()), "");

    assertThat(carrel("doctor").run().out()).contains(directory.resolve("mine").toString());
    assertThat(carrel("doctor").withVariable("CARREL_STORE", directory.resolve("said").toString()).run().out()).contains(directory.resolve("said").toString());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(everybodys().resolve("config.json")))).isEqualTo("rw-r--r--");
    Carrel.Result unset = carrel("config", "unset", "store.directory").run();
    assertThat(unset.status()).isZero();
    assertThat(unset.err()).contains("what counts is " + directory.resolve("everybodys"));
  }

  @Test
  void the_backend_that_is_set_is_the_default_and_one_that_is_not_there_is_told() {
    says(carrel("config", "set", "engine.backend", "nosuch"), "");
    refused(carrel("run", "--no-cwd", "--", "true"), "the setting engine.backend is 'nosuch'", "namespace");
    says(carrel("run", "--no-cwd", "--backend=namespace", "--", "echo", "here"), "here\n");
    says(carrel("config", "set", "engine.backend", "namespace"), "");

    assertThat(carrel("backend", "list").says()).contains("* namespace");
    says(carrel("run", "--no-cwd", "--", "echo", "here"), "here\n");
  }

  @Test
  void what_does_not_fit_is_refused_and_changes_nothing() {
    refused(carrel("config", "set", "shell.memori", "64m"), "no setting called 'shell.memori'", "did you mean shell.memory?");
    refused(carrel("config", "set", "shell.memory", "much"), "carrel config set: --memory=much is no size");
    refused(carrel("config", "set", "shell.seccomp", "profile.json"), "no absolute path");
    refused(carrel("config", "set", "shell.memory", "64m", "128m"), "one value, and here are 2");
    refused(carrel("config", "set", "shell.memory", ""), "carrel config unset shell.memory");
    refused(carrel("config", "set", "shell.memory"), "to what?");
    refused(carrel("config", "get"), "which setting?");
    refused(carrel("config", "forget", "shell.memory"), "'forget' is not known");
    assertThat(own()).doesNotExist();
  }

  @Test
  void a_file_that_was_written_for_the_osgi_configurator_counts_with_its_types_and_comments() throws IOException {
    Path file = write(own(), """
        {
          ":configurator:resource-version": 1, ":configurator:symbolic-name": "org.example.host", // of OSGi Compendium 150
          "dev.carrel.shell": { ":configurator:ranking": 5, "network:String": "host" },
          "dev.carrel.network.veth": { "pools:Collection<String>": ["10.200.0.0/16", "10.201.0.0/16"] } /* two */
        }
        """);
    says(carrel("config", "get", "shell.network"), "host\n");
    says(carrel("config", "get", "network.veth.pools"), "10.200.0.0/16\n10.201.0.0/16\n");
    assertThat(carrel("plan", "run", "--no-cwd", "--", "true").run().out()).contains("network     the host's");
    refused(carrel("config", "set", "shell.network", "none"), "cannot change " + file, "it has comments");
    write(own(), "{\"dev.carrel.shell\": {\"pids:Integer\": 77}}");
    says(carrel("config", "get", "shell.pids"), "77\n");
    write(own(), "{\"dev.carrel.shell\": {\"pids:Integer\": \"many\"}}");
    refused(carrel("run", "--no-cwd", "--", "true"), "cannot take the configuration from " + file, "dev.carrel.shell pids:Integer has a value that is no Integer");
  }

  @Test
  void a_file_that_cannot_be_taken_stops_all_but_what_mends_it() throws IOException {
    Path file = write(own(), "{\"dev.carrel.shell\": {\"memory\": }}");
    refused(carrel("run", "--no-cwd", "--", "true"), "cannot take the configuration from " + file, "it is no JSON", "line 1");
    refused(carrel("config", "set", "shell.memory", "1g"), "cannot take the configuration from " + file);
    assertThat(file).hasContent("{\"dev.carrel.shell\": {\"memory\": }}");
    assertThat(carrel("run", "--help").run().status()).isZero();

    Files.writeString(file, "{\"dev.carrel.shell\": {\"memroy\": \"1g\"}}");
    assertThat(carrel("config", "list").run().err()).contains(file + " sets shell.memroy, which no bundle here knows");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    refused(carrel("run", "--no-cwd", "--", "true"), "others may write to it. Run: chmod go-w " + file);
  }

  @Test
  @Tag(User.ROOT)
  void the_file_of_another_user_is_not_taken() throws IOException {
    assumeTrue(User.weAreRoot() && User.ordinary().isPresent(), "needs root, and another user");
    User.ordinary().get().own(write(own(), "{}"));

    refused(carrel("run", "--no-cwd", "--", "true"), "it belongs to another user");
  }

  @Test
  void many_changes_at_once_are_all_kept() throws Exception {
    List<Process> processes = new ArrayList<>();
    List<String> names = List.of("shell.memory", "shell.swap", "shell.network", "engine.backend");
    List<String> values = List.of("64m", "64m", "none", "namespace");
    for (int i = 0; i < names.size(); i++) {
      processes.add(carrel("config", "set", names.get(i), values.get(i)).start(directory.resolve("out" + i)));
    }
    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
    for (int i = 0; i < names.size(); i++) {
      assertThat(listed(names.get(i)).getAsJsonArray("values").get(0).getAsString()).isEqualTo(values.get(i));
    }
  }

  /** By itself, and by another process. */
  @Test
  void a_running_shell_takes_up_what_is_changed_at_once() throws Exception {
    String hosts = Host.says("readlink", "/proc/self/ns/net");
    String lines = "config set shell.network host\nrun --no-cwd -- readlink /proc/self/ns/net\n";
    assertThat(carrel().withInput(lines).says()).as("of the very next command").isEqualTo(hosts + "\n");
    try (PipedShell shell = new PipedShell(carrel(), directory.resolve("output"))) {
      shell.until("run --no-cwd -- readlink /proc/self/ns/net", hosts);
      says(carrel("config", "set", "engine.backend", "nosuch"), "");
      shell.until("run --no-cwd -- true", "the setting engine.backend is 'nosuch'");
      Files.writeString(own().resolve("config.json"), "{");
      shell.until("version", "what counted before goes on");
      Files.delete(own().resolve("config.json"));
      shell.until("backend list", "* is used unless");
      shell.until("run --no-cwd -- sh -c 'test $(readlink /proc/self/ns/net) = " + hosts + " || echo its own'", "its own");
      assertThat(shell.end()).as("a status is no result").doesNotContain("\n0\n");
    }
  }
}
