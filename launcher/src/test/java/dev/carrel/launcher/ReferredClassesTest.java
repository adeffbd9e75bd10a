package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ReferredClassesTest {
  /** Names classes in all the ways there are. */
  private static final class Sample {
    private final List<Thread> generic = new ArrayList<>();
    private java.util.Optional<?>[] array;
    private static final double WIDE = 1.5;

    Supplier<Object> lambda(java.time.Instant parameter) {
      Callable<StringBuilder> made = () -> new StringBuilder("" + WIDE + parameter);
      return () -> made == null ? generic : array;
    }
  }

  private static InputStream file(Class<?> type) {
    return type.getResourceAsStream(type.getName().substring(type.getPackageName().length() + 1) + ".class");
  }

  @Test
  void all_classes_are_found_that_a_class_may_need() throws IOException {
    try (InputStream in = file(Sample.class)) {
      assertThat(ReferredClasses.of(in)).contains(Sample.class.getName(), ArrayList.class.getName(), List.class.getName(), Callable.class.getName(),
          Supplier.class.getName(), StringBuilder.class.getName(), java.time.Instant.class.getName(), java.util.Optional.class.getName());
    }
  }

  @Test
  void they_can_be_loaded_by_these_names() throws Exception {
    try (InputStream in = file(Sample.class)) {
      for (String name : ReferredClasses.of(in)) {
        assertThat(Class.forName(name, false, Sample.class.getClassLoader()).getName()).isEqualTo(name);
      }
    }
  }

  @Test
  void what_is_no_class_file_is_told() {
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> ReferredClasses.of(new ByteArrayInputStream(new byte[100])));
    byte[] cut = {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, 0, 0, 0, 61, 0, 9, 2};
    for (byte[] bytes : Set.of(cut, new byte[0])) {
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> ReferredClasses.of(new ByteArrayInputStream(bytes)));
    }
  }
}
