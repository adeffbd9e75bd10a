package dev.carrel.web;

import java.util.List;

/** Text of a page. Everything but {@link #raw} is escaped, for between tags as for attributes. */
final class Html {
  private final StringBuilder text = new StringBuilder();

  /** What is no word of others. */
  Html raw(String markup) {
    text.append(markup);
    return this;
  }

  /** Words of others. What would turn the writing round or is not to be seen is made visible. */
  Html text(String words) {
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      switch (c) {
        case '&' -> text.append("&amp;");
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '"' -> text.append("&quot;");
        case '\'' -> text.append("&#39;");
        default -> text.append(visible(c));
      }
    }
    return this;
  }

  private static String visible(char c) {
    int type = Character.getType(c);
    boolean strange = Character.isISOControl(c) || type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    return strange ? "\\u" + Integer.toHexString(0x10000 | c).substring(1) : String.valueOf(c);
  }

  /** An element with words of others in it. */
  Html element(String tag, String words) {
    return raw("<" + tag + ">").text(words).raw("</" + tag + ">");
  }

  Html link(String to, String words) {
    return raw("<a href=\"").text(to).raw("\">").text(words).raw("</a>");
  }

  Html heads(String... words) {
    raw("<tr>");
    for (String word : words) {
      element("th", word);
    }
    return raw("</tr>");
  }

  /** A line of a table of two columns. */
  Html fact(String name, String value) {
    return raw("<tr>").element("th", name).element("td", value).raw("</tr>");
  }

  Html list(List<String> words) {
    raw("<ul>");
    words.forEach(word -> element("li", word));
    return raw("</ul>");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
