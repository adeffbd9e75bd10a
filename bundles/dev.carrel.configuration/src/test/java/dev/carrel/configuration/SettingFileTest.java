package dev.carrel.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingFileTest {
  @TempDir Path directory;

  private Map<String, Map<String, Object>> read(String text) throws IOException {
    return SettingFile.read(Files.writeString(directory.resolve("a.json"), text)).values();
  }

  @Test
  void texts_numbers_truths_and_arrays_of_one_kind_are_values() throws IOException {
    Map<String, Object> values = read("{\"pid\": {\"text\": \"x\", \"whole\": 7, \"part\": 1.5, \"truth\": true, \"many\": [\"a\", \"b\"], \"none\": []}}").get("pid");

    assertThat(values).containsEntry("text", "x").containsEntry("whole", 7L).containsEntry("part", 1.5).containsEntry("truth", true);
    assertThat((String[]) values.get("many")).containsExactly("a", "b");
    assertThat((String[]) values.get("none")).isEmpty();
  }

  @Test
  void what_is_meant_for_the_configurator_itself_is_left_to_it() throws IOException {
    assertThat(read("{\":configurator:version\": \"1\", \"pid\": {\":configurator:ranking\": 5, \"a\": 1}}")).containsOnlyKeys("pid")
        .extractingByKey("pid").isEqualTo(Map.of("a", 1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{} {}", "{\"pid\": 1}", "{\"pid\": {\"a\": null}}", "{\"pid\": {\"a\": {\"b\": 1}}}", "{\"pid\": {\"a\": [1, \"b\"]}}",
    "{\"pid\": {\"a\": [[1]]}}", "{pid: {}}", "{\"pid\": {}} // words"})
  void what_makes_no_sense_is_refused_with_the_file(String text) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> read(text))
        .withMessageContaining("cannot take the configuration from " + directory.resolve("a.json")).withMessageContaining("carrel config --help");
  }

  @Test
  void what_is_no_text_or_too_large_is_refused() throws IOException {
    Path file = Files.write(directory.resolve("a.json"), new byte[] {'{', (byte) 0xff, '}'});
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> SettingFile.read(file)).withMessageContaining("no text in UTF-8");
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> SettingFile.read(file)).withMessageContaining("larger than 1 MiB");
  }
}
