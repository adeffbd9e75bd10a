package dev.carrel.linux.machine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a program's writable memory: a string, a structure, a variable. Variables take what system calls return.
 * Pointers inside a structure are given as {@link Pointer}s and filled in when the program is linked.
 */
public final class Data {
  /** At {@code displacement} stands the address of {@code target}. */
  record Pointer(int displacement, Data target) {}

  private final byte[] content;
  private final String text;
  private final List<Pointer> pointers = new ArrayList<>(0);
  private int offset = -1;

  Data(byte[] content, String text) {
    this.content = content;
    this.text = text;
  }

  /** A string, ended by a NUL. */
  static Data string(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return new Data(java.util.Arrays.copyOf(bytes, bytes.length + 1), '"' + escape(value) + '"');
  }

  /** A text as it is shown for a string. */
  public static String quoted(String text) {
    return '"' + escape(text) + '"';
  }

  private static String escape(String value) {
    StringBuilder escaped = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\n' -> escaped.append("\\n");
        case '\t' -> escaped.append("\\t");
        case '"' -> escaped.append("\\\"");
        case '\\' -> escaped.append("\\\\");
        default -> escaped.append(c < ' ' || c == 0x7f ? '?' : c);
      }
    }
    return escaped.toString();
  }

  /** Puts the address of other data at a displacement. */
  public Data pointer(int displacement, Data target) {
    pointers.add(new Pointer(displacement, target));
    return this;
  }

  /** Its address, as an argument. */
  public Operand.Address address() {
    return new Operand.Address(this, 0);
  }

  /** An address inside it, as an argument. */
  public Operand.Address address(int displacement) {
    return new Operand.Address(this, displacement);
  }

  /** Its first 64 bits when the instruction runs, as an argument. */
  public Operand value() {
    return new Operand.Load(this, 0);
  }

  /** 64 bits of it, when the instruction runs. */
  public Operand value(int displacement) {
    return new Operand.Load(this, displacement);
  }

  byte[] content() {
    return content;
  }

  String text() {
    return text;
  }

  List<Pointer> pointers() {
    return pointers;
  }

  /** Where it stands in the program; set once, by the linker. */
  int offset() {
    return offset;
  }

  void place(int at) {
    this.offset = at;
  }
}
