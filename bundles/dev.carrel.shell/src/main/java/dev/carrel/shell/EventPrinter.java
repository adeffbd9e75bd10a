package dev.carrel.shell;

import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;

/**
 * Prints a line for each turn in the life of containers, from the moment on at which it is asked: it looks at what is recorded again and
 * again, and so sees no container that lives more shortly than that. Where no container is named, it also tells of collections of the
 * store, and of what comes and goes in this process.
 */
final class EventPrinter {
  private static final long LOOK_MILLIS = 100;

  private final Containers containers;
  private final List<String> wanted;
  private final boolean json;
  private final BundleContext context;
  private final Map<String, ContainerInfo> known = new LinkedHashMap<>();

  /** @param wanted names or ids; none: all */
  EventPrinter(Containers containers, List<String> wanted, boolean json, BundleContext context) {
    this.containers = containers;
    this.wanted = wanted;
    this.json = json;
    this.context = context;
  }

  /** Until it is interrupted, nobody reads it, or all that are named are gone. */
  int print() {
    for (String name : wanted) {
      LifeLine.find(containers, name);
    }
    if (!wanted.isEmpty()) {
      return printContainers(List.of());
    }
    try (PartLines parts = new PartLines(context); CollectionLines collections = new CollectionLines(context)) {
      return printContainers(List.of(parts, collections));
    }
  }

  private int printContainers(List<EventLines> others) {
    look().forEach(info -> known.put(info.id(), info));
    while (!System.out.checkError()) {
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return 130;
      }
      compare(look());
      others.forEach(lines -> lines.next().forEach(this::print));
      if (!wanted.isEmpty() && known.isEmpty()) {
        return 0;
      }
    }
    return 0;
  }

  private List<ContainerInfo> look() {
    List<ContainerInfo> infos = new ArrayList<>();
    for (ContainerHandle container : containers.all()) {
      ContainerInfo info = container.info();
      boolean asked = wanted.isEmpty() || known.containsKey(info.id());
      for (String name : wanted) {
        asked |= info.id().startsWith(name) || info.name().isPresent() && info.name().get().equals(name);
      }
      if (asked) {
        infos.add(info);
      }
    }
    return infos;
  }

  private void compare(List<ContainerInfo> now) {
    Map<String, ContainerInfo> gone = new LinkedHashMap<>(known);
    for (ContainerInfo info : now) {
      ContainerInfo before = gone.remove(info.id());
      known.put(info.id(), info);
      if (before == null && info.state() == State.ENDED) {
        print("running", info.started(), info);
      }
      if (kills(info) > (before == null ? 0 : kills(before))) {
        print("out-of-memory", Instant.now(), info);
      }
      if (before == null || before.state() != info.state()) {
        boolean resumed = before != null && before.state() == State.PAUSED && info.state() == State.RUNNING;
        Instant time = noted(info).isPresent() ? noted(info).get().time() : before == null && info.ended().isEmpty() ? info.started() : Instant.now();
        print(resumed ? "resumed" : info.state().name().toLowerCase(Locale.ROOT), time, info);
      }
    }
    gone.forEach((id, info) -> {
      known.remove(id);
      if (info.state() != State.ENDED && !info.detached()) {
        print("ended", Instant.now(), info);
      }
      print("removed", Instant.now(), info);
    });
  }

  /** Who starts one in the foreground hears how it ends, and forgets it: for others nothing is kept, and what there is for a moment is no word of that. */
  private static Optional<ContainerInfo.End> noted(ContainerInfo info) {
    return info.detached() ? info.ended() : Optional.empty();
  }

  private static long kills(ContainerInfo info) {
    return info.outOfMemory().isPresent() ? info.outOfMemory().get().kills() : 0;
  }

  private void print(String what, Instant time, ContainerInfo info) {
    Map<String, Object> data = EventLines.line(time, what);
    data.put("id", info.id());
    info.name().ifPresent(name -> data.put("name", name));
    boolean ended = what.equals("ended") && noted(info).isPresent();
    if (ended) {
      data.put("status", noted(info).get().status().shellStatus());
    }
    if (ended || what.equals("out-of-memory") && json) {
      info.outOfMemory().ifPresent(word -> data.put("out-of-memory", json ? LimitReport.data(word) : "out-of-memory"));
    }
    print(data);
  }

  private void print(Map<String, Object> data) {
    if (json) {
      System.out.print(Json.line(data));
    } else {
      StringBuilder line = new StringBuilder();
      data.values().forEach(value -> line.append(line.length() == 0 ? "" : " ").append(value));
      System.out.println(Printable.line(line.toString()));
    }
    System.out.flush();
  }
}
