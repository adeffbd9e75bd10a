package dev.carrel.launcher;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which classes a class may need: all that its constant pool names; see The Java Virtual Machine Specification, 4.4. */
final class ReferredClasses {
  private static final int MAGIC = 0xCAFEBABE;
  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w$/]+)[;<]");

  private ReferredClasses() {}

  /**
   * The names of the classes that a class file names, as {@link Class#forName} takes them, its own among them; some may not exist.
   *
   * @throws IOException if that is none
   */
  static Set<String> of(InputStream classFile) throws IOException {
    DataInputStream in = new DataInputStream(classFile);
    if (in.readInt() != MAGIC) {
      throw new IOException("this is no class file");
    }
    in.readInt();
    int count = in.readUnsignedShort();
    String[] texts = new String[count];
    int[] classes = new int[count];
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 7 -> classes[i] = in.readUnsignedShort();
        case 8, 16, 19, 20 -> in.readUnsignedShort();
        case 15 -> in.skipNBytes(3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.readInt();
        case 5, 6 -> {
          in.readLong();
          i++; // takes two places
        }
        default -> throw new IOException("a constant of an unknown kind: " + tag);
      }
    }
    return names(texts, classes);
  }

  private static Set<String> names(String[] texts, int[] classes) {
    Set<String> names = new HashSet<>();
    for (int at : classes) {
      if (at > 0 && !texts[at].startsWith("[")) {
        names.add(texts[at].replace('/', '.'));
      }
    }
    for (String text : texts) {
      if (text != null && text.indexOf(';') > 0) { // it may be the type of a field, of a method, or of an array
        for (Matcher found = IN_DESCRIPTOR.matcher(text); found.find(); ) {
          names.add(found.group(1).replace('/', '.'));
        }
      }
    }
    return names;
  }
}
