package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import dev.carrel.store.Listing.Entry;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a union will have and where it comes from. It follows from what is noted of its items, so that no directory of theirs is read and
 * nothing is made before it is known that they go together.
 */
final class UnionPlan {
  /** What is merged of an item. */
  static final List<String> DIRECTORIES = List.of("usr", "etc", "var", "opt", "srv");
  private static final Entry DIRECTORY = new Entry(Kind.DIRECTORY, "");
  /** As many links on one way follow each other at most: path_resolution(7). */
  private static final int MOST_LINKS = 40;

  /**
   * One path.
   *
   * @param item whose it is
   * @param source its path in the item, which is another one where a link has led it elsewhere
   */
  record Node(Entry entry, StorePath item, String source) {}

  private final StorePath profile;
  private final TreeMap<String, Node> nodes = new TreeMap<>();

  private UnionPlan(StorePath profile) {
    this.profile = profile;
  }

  /**
   * The plan for some items.
   *
   * @throws CarrelException if they do not go together
   */
  static UnionPlan of(StorePath profile, List<StorePath> items, Members members) throws IOException {
    UnionPlan plan = new UnionPlan(profile);
    DIRECTORIES.forEach(name -> plan.nodes.put(name, new Node(DIRECTORY, profile, name)));
    Map<String, List<Node>> links = new LinkedHashMap<>();
    for (StorePath item : items) {
      plan.add(item, members.files(item), links);
    }
    for (Map.Entry<String, List<Node>> link : links.entrySet()) {
      for (Node node : link.getValue()) {
        plan.addLink(plan.settled(link.getKey(), node), node);
      }
    }
    return plan;
  }

  /** By path; directories come before what is in them. */
  Map<String, Node> nodes() {
    return nodes;
  }

  /** Directories and files; links come last, when it is known which directories there are. */
  private void add(StorePath item, Listing files, Map<String, List<Node>> links) {
    for (Map.Entry<String, Entry> file : files.entries().entrySet()) {
      String name = file.getKey();
      int top = name.indexOf('/');
      if (top < 0 || !DIRECTORIES.contains(name.substring(0, top))) {
        continue;
      }
      Node node = new Node(file.getValue(), item, name);
      if (node.entry().kind() == Kind.LINK) {
        links.computeIfAbsent(name, any -> new ArrayList<>(1)).add(node);
      } else {
        put(name, node);
      }
    }
  }

  private void put(String name, Node node) {
    Node there = nodes.putIfAbsent(name, node);
    if (there != null && !isSame(there.entry(), node.entry())) {
      throw conflict(name, there, node);
    }
  }

  private static boolean isSame(Entry one, Entry other) {
    boolean both = one.isFile() ? other.isFile() : one.kind() == other.kind();
    return both && one.content().equals(other.content());
  }

  /**
   * A link where others have a directory stands for the directory it leads to, as dpkg(1) takes it: what is in the one
   * is also in the other.
   */
  private void addLink(String name, Node link) {
    Node there = nodes.get(name);
    if (there != null && there.entry().kind() == Kind.DIRECTORY) {
      move(name, led(name, there, link), link);
    }
    put(name, link);
  }

  /** The directory to which a link leads. There is nothing behind a link, so that the way to a directory has none. */
  private String led(String name, Node there, Node link) {
    Path to = Path.of(link.entry().content());
    // Absolute ones lead from the profile's top.
    Path led = to.isAbsolute() ? to.getRoot().relativize(to).normalize() : Path.of(name).resolveSibling(to).normalize();
    Node directory = nodes.get(led.toString());
    if (directory == null || directory.entry().kind() != Kind.DIRECTORY || led.startsWith(name)) {
      throw conflict(name, there, link);
    }
    return led.toString();
  }

  /** Moves all that a directory has into another, and removes it. */
  private void move(String from, String into, Node link) {
    Map<String, Node> moved = new LinkedHashMap<>(nodes.subMap(from + "/", from + "0")); // '0' comes after '/'
    nodes.keySet().removeAll(moved.keySet());
    nodes.remove(from);
    for (Map.Entry<String, Node> one : moved.entrySet()) {
      String place = into + one.getKey().substring(from.length());
      Node there = nodes.putIfAbsent(place, one.getValue());
      if (there != null && !isSame(there.entry(), one.getValue().entry())) {
        throw conflict(place, there, link);
      }
    }
  }

  /** Where a path is, if there is a link on the way by now. */
  private String settled(String name, Node link) {
    String way = name;
    int followed = 0;
    for (int end = way.indexOf('/'); end >= 0; end = way.indexOf('/', end + 1)) {
      Node on = nodes.get(way.substring(0, end));
      if (on != null && on.entry().kind() == Kind.LINK) {
        if (++followed > MOST_LINKS) {
          throw conflict(way.substring(0, end), on, link);
        }
        way = led(way.substring(0, end), on, on) + way.substring(end);
        end = -1; // from the beginning
      }
    }
    return way;
  }

  private CarrelException conflict(String path, Node there, Node node) {
    StorePath other = there.item().equals(profile) ? node.item() : there.item();
    return CarrelException.failed("cannot make one profile of " + other + " and " + node.item() + ": both have /" + path
        + ", and not the same. Ask for one of them only");
  }
}
