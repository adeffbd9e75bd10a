package dev.carrel.web;

/** What is answered: a text of some type. */
record Page(String type, String text) {
  private static final String HTML = "text/html; charset=utf-8";

  /**
   * A page that a browser asks for anew every few seconds.
   *
   * @param up how to come to the first page from there: {@code ""}, {@code ../} or {@code ../../}
   */
  static Page html(String title, String up, Html body) {
    return page("<meta http-equiv=\"refresh\" content=\"5\">", title, up, body);
  }

  /** The same for what does not change. */
  static Page still(String title, String up, Html body) {
    return page("", title, up, body);
  }

  private static Page page(String refresh, String title, String up, Html body) {
    Html page = new Html().raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">" + refresh + "<title>")
        .text(title).raw("</title><link rel=\"stylesheet\" href=\"" + up + "style.css\"></head><body><nav>")
        .link(up + ".", "Containers").raw(" ").link(up + "store", "Store").raw(" ").link(up + "metrics", "Metrics").raw("</nav>")
        .element("h1", title).raw(body.toString()).raw("</body></html>\n");
    return new Page(HTML, page.toString());
  }
}
