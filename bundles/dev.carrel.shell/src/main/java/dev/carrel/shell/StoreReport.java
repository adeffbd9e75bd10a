package dev.carrel.shell;

import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.Collected;
import dev.carrel.api.store.Upkeep.Damage;
import dev.carrel.api.store.Upkeep.ItemInfo;
import dev.carrel.api.store.Upkeep.Root;
import dev.carrel.api.store.Upkeep.Verified;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is in the store as text and as JSON. */
final class StoreReport {
  private StoreReport() {}

  static String count(int number, String one) {
    return number + " " + one + (number == 1 ? "" : "s");
  }

  static String collected(Collected collected, boolean dry) {
    String forgotten = (collected.generations().isEmpty() ? "" : ", " + count(collected.generations().size(), "generation"))
        + (collected.environments() == 0 ? "" : ", " + count(collected.environments(), "remembered request"));
    return (dry ? "would delete " : "deleted ") + count(collected.items().size(), "item") + forgotten + "; "
        + (dry ? "about " : "") + Sizes.of(collected.bytes()) + (dry ? " would be free" : " freed");
  }

  static String items(List<ItemInfo> items, boolean size, boolean json) {
    if (json) {
      return Json.of(items.stream().map(StoreReport::item).toList());
    }
    Table table = size ? new Table("ITEM", "VERSION", "SIZE", "NAME IN THE STORE") : new Table("ITEM", "VERSION", "NAME IN THE STORE");
    long sum = 0;
    for (ItemInfo info : items) {
      sum += info.size();
      if (size) {
        table.row(info.item().name(), version(info), Sizes.of(info.size()), info.item().fileName());
      } else {
        table.row(info.item().name(), version(info), info.item().fileName());
      }
    }
    return table + (size ? "\n" + count(items.size(), "item") + ", " + Sizes.of(sum) + "; a file that several share counts once\n" : "");
  }

  private static String version(ItemInfo info) {
    return info.item().version().isEmpty() ? "-" : info.item().version();
  }

  private static Map<String, Object> item(ItemInfo info) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("item", info.item().fileName());
    data.put("name", info.item().name());
    data.put("version", info.item().version());
    data.put("hash", info.hash());
    data.put("narSize", info.narSize());
    data.put("size", info.size());
    data.put("registered", info.registered().toString());
    data.put("references", info.references().stream().map(StorePath::fileName).toList());
    data.put("referrers", info.referrers().stream().map(StorePath::fileName).toList());
    info.origin().ifPresent(origin -> {
      data.put("source", origin.source());
      data.put("location", origin.made().location());
      data.put("sha256", origin.made().sha256());
    });
    return data;
  }

  static String infos(List<ItemInfo> items, boolean json) {
    if (json) {
      return Json.of(items.stream().map(StoreReport::item).toList());
    }
    StringBuilder text = new StringBuilder();
    for (ItemInfo info : items) {
      text.append(text.length() == 0 ? "" : "\n").append(info.item().fileName()).append('\n');
      text.append("  hash        ").append(info.hash()).append('\n');
      text.append("  size        ").append(Sizes.of(info.size())).append('\n');
      text.append("  registered  ").append(info.registered()).append('\n');
      info.origin().ifPresent(origin -> text.append("  source      ").append(origin.source()).append(' ')
          .append(Printable.line(origin.made().location())).append('\n'));
      info.references().forEach(one -> text.append("  refers to   ").append(one).append('\n'));
      info.referrers().forEach(one -> text.append("  needed by   ").append(one).append('\n'));
    }
    return text.toString();
  }

  static String names(Collection<StorePath> items, boolean json) {
    List<String> names = items.stream().map(StorePath::fileName).toList();
    return json ? Json.of(names) : names.isEmpty() ? "" : String.join("\n", names) + "\n";
  }

  static String verified(Verified verified) {
    StringBuilder text = new StringBuilder();
    for (Damage damage : verified.damages()) {
      text.append(damage.what()).append(damage.repaired() ? ": repaired" : ": damaged").append('\n');
      damage.problems().forEach(problem -> text.append("  ").append(Printable.line(problem)).append('\n'));
      text.append(damage.remedy().isEmpty() ? "" : "  " + Printable.line(damage.remedy()) + "\n");
    }
    long left = verified.damages().stream().filter(damage -> !damage.repaired()).count();
    long repaired = verified.damages().size() - left;
    return text + count(verified.items(), "item") + " verified, "
        + (left == 0 ? "all are as they were made" : left + " damaged") + (repaired == 0 ? "" : ", " + repaired + " repaired") + "\n";
  }

  static String verifiedJson(Verified verified) {
    List<Object> damages = new ArrayList<>();
    for (Damage damage : verified.damages()) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("what", damage.what());
      data.put("problems", damage.problems());
      data.put("repaired", damage.repaired());
      data.put("remedy", damage.remedy());
      damages.add(data);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("items", verified.items());
    all.put("damages", damages);
    return Json.of(all);
  }

  static String roots(List<Root> roots, boolean json) {
    if (json) {
      List<Object> all = new ArrayList<>();
      for (Root root : roots) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("kind", kind(root));
        data.put("where", root.where());
        data.put("item", root.item().toString());
        all.add(data);
      }
      return Json.of(all);
    }
    Table table = new Table("KIND", "WHERE", "ITEM");
    for (Root root : roots) {
      table.row(kind(root), root.where().isEmpty() ? "-" : root.where(), root.item().toString());
    }
    return table.toString();
  }

  private static String kind(Root root) {
    return root.kind().name().toLowerCase(Locale.ROOT);
  }
}
