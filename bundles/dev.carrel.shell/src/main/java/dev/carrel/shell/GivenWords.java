package dev.carrel.shell;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Puts words that stand in a descriptor, with a NUL character after each, in the place of {@code --args=FD}. */
final class GivenWords {
  static final String OPTION = "--args";
  /** As much as the kernel gives a program for all of its words, where nobody has changed that. */
  private static final int LARGEST = 2 << 20;

  private GivenWords() {}

  /**
   * The whole line.
   *
   * @param options how many of the words are options of Carrel's; those after them are left alone
   * @throws dev.carrel.api.CarrelException of kind USAGE if nothing can be read there
   */
  static String[] expand(String command, String[] arguments, int options) {
    List<String> words = new ArrayList<>(arguments.length + 16);
    for (int i = 0; i < arguments.length; i++) {
      if (i >= options || !arguments[i].startsWith(OPTION)) {
        words.add(arguments[i]);
      } else if (arguments[i].startsWith(OPTION + "=")) {
        words.addAll(read(command, arguments[i].substring(OPTION.length() + 1)));
      } else if (arguments[i].equals(OPTION)) {
        words.addAll(read(command, arguments[++i])); // it is there: the line has been parsed
      } else {
        words.add(arguments[i]);
      }
    }
    return words.toArray(new String[0]);
  }

  private static List<String> read(String command, String number) {
    int descriptor = (int) ProgramOptions.number(command, "args", number, 10, Integer.MAX_VALUE);
    if (!GivenDescriptors.has(descriptor)) {
      throw WorkplaceOptions.usage(command, OPTION + "=" + number + ": that descriptor is not open here");
    }
    try (InputStream in = new FileInputStream("/dev/fd/" + descriptor)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw WorkplaceOptions.usage(command, OPTION + "=" + number + ": there are more than " + (LARGEST >> 20) + " MiB of words");
      }
      return words(command, number, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      throw WorkplaceOptions.usage(command, OPTION + "=" + number + ": what stands there is no text in UTF-8");
    } catch (IOException e) {
      throw WorkplaceOptions.usage(command, OPTION + "=" + number + " cannot be read: " + e.getMessage());
    }
  }

  private static List<String> words(String command, String number, String text) {
    List<String> words = new ArrayList<>();
    int begin = 0;
    while (begin < text.length()) {
      int end = text.indexOf('\0', begin);
      String word = text.substring(begin, end < 0 ? text.length() : end);
      if (word.startsWith(OPTION + "=") || word.equals(OPTION)) {
        throw WorkplaceOptions.usage(command, OPTION + "=" + number + ": what stands there has " + OPTION + " itself");
      }
      words.add(word);
      begin += word.length() + 1;
    }
    return words;
  }
}
