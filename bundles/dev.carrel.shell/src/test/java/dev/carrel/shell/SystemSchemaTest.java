package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.carrel.api.declaration.Value;
import dev.carrel.toml.TomlDeclarations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema of declarations, as another implementation understands it. */
class SystemSchemaTest {
  private static final Path EXAMPLES = Path.of("..", "..", "docs", "examples");
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(Json.of(SystemSchema.of()), InputFormat.JSON);

  private static List<Error> faults(String toml) {
    return SCHEMA.validate(Json.of(plain(new TomlDeclarations().read("a.toml", toml))), InputFormat.JSON);
  }

  private static Object plain(Value value) {
    if (value instanceof Value.Table table) {
      Map<String, Object> map = new LinkedHashMap<>();
      table.values().forEach((name, one) -> map.put(name, plain(one)));
      return map;
    } else if (value instanceof Value.Sequence list) {
      return list.values().stream().map(SystemSchemaTest::plain).toList();
    } else if (value instanceof Value.Text text) {
      return text.text();
    } else if (value instanceof Value.Whole whole) {
      return whole.number();
    }
    return ((Value.Truth) value).is();
  }

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.filter(file -> file.toString().endsWith(".toml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void every_example_is_one(Path example) throws IOException {
    assertThat(faults(Files.readString(example))).isEmpty();
    SystemReader.read(example.toAbsolutePath().normalize(), Files.readString(example), new TomlDeclarations());
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "hostnam = 'x'",
    "packages = 'jq'",
    "packages = [1]",
    "memory = 5",
    "[service.a]\nuser = 'root'",
    "[service.a]\ncommand = ['x']\nonce = 'yes'",
    "[service.a]\ncommand = ['x']\nrestart = 'sometimes'",
    "[service.a]\ncommand = ['x']\nenvironment = { A = true }",
    "[service.'a/b']\ncommand = ['x']",
    "[user.app]\nuid = 1",
    "[user.app]\nuid = 'one'\ngroup = 'app'",
    "[group.'A B']\ngid = 1",
    "[file.'/usr/x']\ntext = ''",
    "[directory.'x']"})
  void what_the_reader_refuses_for_its_form_is_none(String text) {
    assertThat(faults(text)).isNotEmpty();
  }

  @Test
  void every_key_tells_what_it_means() {
    assertThat(Json.of(SystemSchema.of())).contains("\"depends-on\"", "services that have to be up before", "\"host-loopback\"", "\"password\"");
  }
}
