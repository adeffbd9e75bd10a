package dev.carrel.addon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Where the user's Maven keeps artifacts, as far as it can be told without starting it. */
final class LocalRepository {
  /** Those that Maven takes options from, the later one counts more. */
  private static final List<String> OPTIONS = List.of("MAVEN_OPTS", "MAVEN_ARGS");
  private static final Pattern CHOSEN = Pattern.compile("(?:^|\\s)[\"']?-Dmaven\\.repo\\.local=(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"']*))");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

  private LocalRepository() {}

  static Path of(Map<String, String> environment, Path home) {
    String chosen = "";
    for (String name : OPTIONS) {
      Matcher matcher = CHOSEN.matcher(environment.getOrDefault(name, ""));
      while (matcher.find()) {
        chosen = Optional.ofNullable(matcher.group(1)).or(() -> Optional.ofNullable(matcher.group(2))).orElseGet(() -> matcher.group(3));
      }
    }
    if (chosen.isEmpty()) {
      chosen = expanded(said(home.resolve(".m2").resolve("settings.xml")), environment, home);
    }
    return chosen.isEmpty() ? home.resolve(".m2").resolve("repository") : Path.of(chosen).toAbsolutePath();
  }

  /** Empty where nothing is said; Maven itself will say what is wrong with the file. */
  private static String said(Path settings) {
    if (!Files.isReadable(settings)) {
      return "";
    }
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try (InputStream in = Files.newInputStream(settings)) {
      return said(factory.createXMLStreamReader(in));
    } catch (IOException | XMLStreamException e) {
      return "";
    }
  }

  private static String said(XMLStreamReader reader) throws XMLStreamException {
    int depth = 0;
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        depth++;
        if (depth == 2 && reader.getLocalName().equals("localRepository")) {
          return reader.getElementText().strip();
        }
      } else if (event == XMLStreamConstants.END_ELEMENT) {
        depth--;
      }
    }
    return "";
  }

  /** As Maven does it in its settings; of others, nothing is known here. */
  private static String expanded(String said, Map<String, String> environment, Path home) {
    return VARIABLE.matcher(said).replaceAll(found -> {
      String name = found.group(1);
      String value = name.startsWith("env.") ? environment.get(name.substring("env.".length()))
          : name.equals("user.home") ? home.toString() : System.getProperty(name);
      return Matcher.quoteReplacement(value == null ? found.group() : value);
    });
  }
}
