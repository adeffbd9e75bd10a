package dev.carrel.toml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TomlDeclarationsTest {
  private static Value.Table read(String text) {
    return new TomlDeclarations().read("a.toml", text);
  }

  @Test
  void every_kind_of_value_is_read_with_its_place() {
    Value.Table read = read("""
        text = "a\\u00e9"
        whole = 0x10
        truth = true
        list = ["x", # one
          # another
          "y"]
        [table]
        "a.b" = false
        fraction = 1.5
        day = 2026-01-01
        [[many]]
        n = 1
        [[many]]
        n = 2
        """);

    assertThat(read.values().keySet()).containsExactly("text", "whole", "truth", "list", "table", "many");
    assertThat(read.values().get("text")).isEqualTo(new Value.Text(new Place(1, 1), "aé"));
    assertThat(read.values().get("whole")).isEqualTo(new Value.Whole(new Place(2, 1), 16));
    assertThat(read.values().get("truth")).isEqualTo(new Value.Truth(new Place(3, 1), true));
    assertThat(read.values().get("list")).isEqualTo(new Value.Sequence(new Place(4, 1),
        List.of(new Value.Text(new Place(4, 9), "x"), new Value.Text(new Place(6, 3), "y"))));
    assertThat(((Value.Table) read.values().get("table")).values().values()).containsExactly(
        new Value.Truth(new Place(8, 1), false), new Value.Other(new Place(9, 1), "a number with a fraction"),
        new Value.Other(new Place(10, 1), "a date or time"));
    assertThat(((Value.Sequence) read.values().get("many")).values()).extracting(Value::place)
        .containsExactly(new Place(11, 1), new Place(13, 1));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "a = | a.toml:1:4: ",
    "'a = 1\nb = [1' | a.toml:2:",
    "'a = 1\na = 2' | a.toml:2:1: ",
    "'a = \"\\q\"' | a.toml:1:6: "})
  void what_is_no_toml_is_refused_with_the_place_of_the_fault(String text, String place) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(CarrelException.class).hasMessageStartingWith(place.strip())
        .hasMessageContaining(": this is no TOML: ").hasMessageNotContaining("\n");
  }

  @Test
  void brackets_without_end_are_refused_before_they_take_the_stack() {
    assertThatThrownBy(() -> read("a = 1\nb = " + "[".repeat(100_000))).isInstanceOf(CarrelException.class)
        .hasMessageStartingWith("a.toml:2:55: there are more than 50 brackets within each other");
  }

  @Test
  void an_empty_file_is_an_empty_table() {
    assertThat(read("").values()).isEmpty();
  }
}
