package dev.carrel.api.declaration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Something that was written down. */
public sealed interface Value {
  /** Where it, or the key it belongs to, begins. */
  Place place();

  /** Text. */
  record Text(Place place, String text) implements Value {
    public Text {
      Objects.requireNonNull(place);
      Objects.requireNonNull(text);
    }
  }

  /** A whole number. */
  record Whole(Place place, long number) implements Value {
    public Whole {
      Objects.requireNonNull(place);
    }
  }

  /** True or false. */
  record Truth(Place place, boolean is) implements Value {
    public Truth {
      Objects.requireNonNull(place);
    }
  }

  /** Several, in their order. */
  record Sequence(Place place, List<Value> values) implements Value {
    public Sequence {
      Objects.requireNonNull(place);
      values = List.copyOf(values);
    }
  }

  /** Named ones, in the order in which they were written. */
  record Table(Place place, Map<String, Value> values) implements Value {
    public Table {
      Objects.requireNonNull(place);
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /**
   * What the language has and nothing here is written with.
   *
   * @param kind what it is, in words: a date
   */
  record Other(Place place, String kind) implements Value {
    public Other {
      Objects.requireNonNull(place);
      Objects.requireNonNull(kind);
    }
  }
}
