package dev.carrel.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void what_is_no_file_is_refused_and_not_waited_for() throws Exception {
    Path pipe = directory.resolve("pipe.json");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path link = Files.createSymbolicLink(directory.resolve("link.json"), Path.of("nowhere"));

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> SettingFile.read(pipe)).withMessageContaining(pipe + ": it is no file");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> SettingFile.read(link)).withMessageContaining(link + ": it is a link to what is not there");
  }

  @Test
  void what_is_meant_for_the_configurator_itself_is_left_to_it() throws IOException {
    assertThat(read("{\":configurator:version\": \"1\", \"pid\": {\":configurator:ranking\": 5, \"a\": 1}}")).containsOnlyKeys("pid")
        .extractingByKey("pid").isEqualTo(Map.of("a", 1L));
  }

  @Test
  void a_file_that_was_written_for_the_configurator_is_taken_with_its_types_and_comments() throws IOException {
    Map<String, Map<String, Object>> all = read("""
        {
          // of OSGi Compendium 150
          ":configurator:resource-version": 1, ":configurator:symbolic-name": "org.example.settings", ":configurator:version": "1.0.0",
          "org.example.server": {
            ":configurator:policy": "force", ":configurator:ranking": 10,
            "port:Integer": 8080, "ports:int[]": [1, "2"], "wait:long": "30", "load:Double": 1, "tiny:byte": 7, "on:Boolean": "true",
            "mark:Character": "x", "names:Collection<String>": ["a", "b"], "any:Collection": [1], "one:String[]": "alone", "text:String": 5,
            "address": "http://example.org/*no comment*/" /* but this
            is one */
          },
          "org.example.factory~first": { "a": "\\"//\\\\" }
        }""");
    Map<String, Object> values = all.get("org.example.server");

    assertThat(all.keySet()).containsExactly("org.example.factory~first", "org.example.server");
    assertThat(values).containsEntry("port", 8080).containsEntry("wait", 30L).containsEntry("load", 1.0).containsEntry("tiny", (byte) 7).containsEntry("on", true)
        .containsEntry("mark", 'x').containsEntry("names", List.of("a", "b")).containsEntry("any", List.of(1L)).containsEntry("text", "5")
        .containsEntry("address", "http://example.org/*no comment*/").hasSize(12);
    assertThat(values.get("ports")).isEqualTo(new int[] {1, 2});
    assertThat(values.get("one")).isEqualTo(new String[] {"alone"});
    assertThat(all.get("org.example.factory~first")).isEqualTo(Map.of("a", "\"//\\"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{} {}", "{\"pid\": 1}", "{\"pid\": {\"a\": null}}", "{\"pid\": {\"a\": {\"b\": 1}}}", "{\"pid\": {\"a\": [1, \"b\"]}}",
    "{\"pid\": {\"a\": [[1]]}}", "{pid: {}}", "{\"pid\": {}} # words", "{} /* {", "{} / {}", "{\"pid\": {\"a:Integer\": \"x\"}}",
    "{\"pid\": {\"a:Short\": 70000}}", "{\"pid\": {\"a:Truth\": true}}", "{\"pid\": {\"a:boolean\": 1}}",
    "{\"pid\": {\"a:Integer\": [1, 2]}}", "{\"pid\": {\"a:Number[]\": []}}", "{\"pid\": {\"a:char\": \"xy\"}}", "{\"pid\": {\"a:binary\": \"/x\"}}", "{\"pid\": {\"a\": 1, \"a:Integer\": 2}}"})
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
