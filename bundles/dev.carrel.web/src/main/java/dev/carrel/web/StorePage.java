package dev.carrel.web;

import dev.carrel.api.store.Upkeep;
import dev.carrel.api.store.Upkeep.ItemInfo;
import dev.carrel.api.store.Upkeep.LastCollection;
import dev.carrel.api.store.Upkeep.Root;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Shows what is in the store, and what keeps it. All files are looked at for that: it is done anew once a minute at most. */
final class StorePage {
  private static final Duration KEPT = Duration.ofMinutes(1);

  private Instant seen = Instant.MIN;
  private String items = "";

  synchronized Page page(Upkeep store) {
    Instant now = Instant.now();
    if (seen.plus(KEPT).isBefore(now)) {
      items = items(store.items());
      seen = now;
    }
    Html body = new Html();
    body.element("p", "The last collection: " + store.lastCollection().map(StorePage::collection).orElse("none is known"));
    body.raw("<h2>What keeps items</h2><table>").heads("Kind", "Where", "Item");
    for (Root root : store.roots()) {
      body.raw("<tr>").element("td", root.kind().name().toLowerCase(Locale.ROOT)).element("td", root.where()).element("td", root.item().fileName()).raw("</tr>");
    }
    return Page.html("Store", "", body.raw("</table>").raw(items));
  }

  private static String items(List<ItemInfo> all) {
    long bytes = all.stream().mapToLong(ItemInfo::size).sum();
    Html body = new Html().element("h2", all.size() + " items, " + Units.bytes(bytes)).raw("<table>")
        .heads("Item", "Version", "Size", "Since", "Refers to", "Name in the store");
    for (ItemInfo info : all) {
      body.raw("<tr>").element("td", info.item().name()).element("td", info.item().version()).element("td", Units.bytes(info.size()))
          .element("td", Units.time(info.registered())).element("td", Integer.toString(info.references().size()))
          .element("td", info.item().fileName()).raw("</tr>");
    }
    return body.raw("</table>").toString();
  }

  private static String collection(LastCollection collection) {
    return "began " + Units.time(collection.began()) + (collection.end().isEmpty() ? ", and has not ended"
        : collection.end().get().complete() ? ", deleted " + collection.end().get().items() + " items, freed " + Units.bytes(collection.end().get().bytes())
            : ", and failed");
  }
}
