package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.StorePath;
import dev.carrel.store.Listing.Kind;
import dev.carrel.store.UnionPlan.Node;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Makes what is planned of a union, its files as hard links; two at a time, as most of that is the kernel's work. */
final class UnionLinks {
  private final List<Layout> layouts;
  private final CopiedFiles copies;
  private final Map<StorePath, Path> items = new HashMap<>();

  /**
   * Half of the work.
   *
   * @param copied what came of it that is not frozen, and only the union's
   */
  private record Part(List<Map.Entry<String, Node>> nodes, List<String> copied) {
    Part(List<Map.Entry<String, Node>> nodes) {
      this(nodes, new ArrayList<>());
    }
  }

  /** Of items in some stores. */
  UnionLinks(List<Layout> layouts, CopiedFiles copies) {
    this.layouts = layouts;
    this.copies = copies;
  }

  /** Fills an empty directory. */
  void make(UnionPlan plan, Path target, UnionTree tree) throws IOException {
    List<Map.Entry<String, Node>> others = new ArrayList<>(plan.nodes().size());
    for (Map.Entry<String, Node> one : plan.nodes().entrySet()) {
      Node node = one.getValue();
      if (node.entry().kind() == Kind.DIRECTORY) {
        Files.createDirectory(target.resolve(one.getKey()));
        tree.knowDirectory(one.getKey(), node.entry());
      } else {
        items.computeIfAbsent(node.item(), this::locate);
        tree.know(one.getKey(), node.entry());
        others.add(one);
      }
    }
    Part first = new Part(others.subList(0, others.size() / 2));
    Part second = new Part(others.subList(others.size() / 2, others.size()));
    both(first, second, target);
    for (Part part : List.of(first, second)) {
      part.copied().forEach(tree::made);
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

  /** Makes both, or throws why one of them failed; nobody makes anything any more when it returns. */
  private void both(Part first, Part second, Path target) throws IOException {
    FutureTask<Void> beside = new FutureTask<>(() -> {
      make(second, target);
      return null;
    });
    Thread thread = new Thread(beside, "carrel-links");
    thread.setDaemon(true); // no reason for a JVM to stay that wants to end
    thread.start();
    try {
      make(first, target);
    } finally {
      await(thread);
    }
    try {
      beside.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof CarrelException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void make(Part part, Path target) throws IOException {
    for (Map.Entry<String, Node> one : part.nodes()) {
      Path place = target.resolve(one.getKey());
      Node node = one.getValue();
      if (node.entry().kind() == Kind.LINK) {
        Files.createSymbolicLink(place, Path.of(node.entry().content()));
        Freeze.time(place);
      } else if (!link(place, node)) {
        part.copied().add(one.getKey());
      }
    }
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
        return copies.make(file, place); // too many links, none at all here, or another user's file: proc_sys_fs(5), protected_hardlinks
      }
    }
  }
}
