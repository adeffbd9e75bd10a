package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import dev.carrel.store.Listing.Kind;
import dev.carrel.store.UnionPlan.Node;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes what is planned of a union, its files as hard links; two at a time, as most of that is the kernel's work. */
final class UnionLinks {
  private final List<Layout> layouts;
  private final CopiedFiles copies;
  private final Map<StorePath, Path> items = new HashMap<>();

  /** Of items in some stores. */
  UnionLinks(List<Layout> layouts, CopiedFiles copies) {
    this.layouts = layouts;
    this.copies = copies;
  }

  /**
   * Fills a directory.
   *
   * @param there the paths of what is in it already, as it was planned
   */
  void make(UnionPlan plan, Set<String> there, Path target, UnionTree tree) throws IOException {
    List<Map.Entry<String, Node>> others = new ArrayList<>(plan.nodes().size());
    for (Map.Entry<String, Node> one : plan.nodes().entrySet()) {
      Node node = one.getValue();
      if (node.entry().kind() == Kind.DIRECTORY) {
        if (!there.contains(one.getKey())) {
          Files.createDirectory(target.resolve(one.getKey()));
        }
        tree.knowDirectory(one.getKey(), node.entry());
      } else {
        items.computeIfAbsent(node.item(), this::locate);
        tree.know(one.getKey(), node.entry());
        if (!there.contains(one.getKey())) {
          others.add(one);
        }
      }
    }
    int half = others.size() / 2;
    List<Map.Entry<String, Node>> first = others.subList(0, half);
    List<Map.Entry<String, Node>> second = others.subList(half, others.size());
    for (List<String> copied : Together.<List<String>>work("carrel-links", List.of(() -> make(first, target), () -> make(second, target)))) {
      copied.forEach(tree::made);
    }
  }

  private Path locate(StorePath item) {
    for (Layout layout : layouts) {
      if (Files.isDirectory(layout.item(item), LinkOption.NOFOLLOW_LINKS)) {
        return layout.item(item);
      }
    }
    return layouts.get(0).item(item);
  }

  /** Returns what came of it that is not frozen, and only the union's. */
  private List<String> make(List<Map.Entry<String, Node>> nodes, Path target) throws IOException {
    List<String> copied = new ArrayList<>();
    for (Map.Entry<String, Node> one : nodes) {
      Path place = target.resolve(one.getKey());
      Node node = one.getValue();
      if (node.entry().kind() == Kind.LINK) {
        Files.createSymbolicLink(place, Path.of(node.entry().content()));
        Freeze.time(place);
      } else if (!link(place, node)) {
        copied.add(one.getKey());
      }
    }
    return copied;
  }

  /** Whether the file is the one that is noted, and frozen. */
  private boolean link(Path place, Node node) throws IOException {
    Path file = items.get(node.item()).resolve(node.source());
    try {
      Files.createLink(place, file);
      return true;
    } catch (NoSuchFileException e) {
      throw CarrelException.failed("cannot make a profile of " + node.item() + ": it has no " + node.source()
          + " any more, which is noted of it. Mend it with carrel store verify --repair", e);
    } catch (FileSystemException | UnsupportedOperationException e) {
      synchronized (copies) {
        return copies.make(node.entry(), file, place); // too many links, none at all here, or another user's file: proc_sys_fs(5), protected_hardlinks
      }
    }
  }
}
