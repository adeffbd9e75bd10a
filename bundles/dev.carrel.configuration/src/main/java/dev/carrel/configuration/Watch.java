package dev.carrel.configuration;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks twice a second whether a file has changed, as long as a shell runs. */
final class Watch implements Runnable {
  private static final long PAUSE = 500;

  private final LiveConfiguration live;
  private final Thread thread;
  private volatile boolean over;

  Watch(LiveConfiguration live) {
    this.live = live;
    this.thread = new Thread(this, "carrel-settings");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void end() throws InterruptedException {
    over = true;
    thread.interrupt();
    thread.join();
  }

  @Override
  public void run() {
    List<String> seen = state();
    try {
      while (!over) {
        Thread.sleep(PAUSE);
        List<String> now = state();
        if (!now.equals(seen)) {
          seen = now;
          reload();
        }
      }
    } catch (InterruptedException e) {
      return; // that is how it ends
    }
  }

  private void reload() {
    try {
      live.reload();
    } catch (CarrelException e) {
      System.err.println("carrel: " + e.getMessage() + ". Until then, what counted before goes on");
    }
  }

  private List<String> state() {
    List<String> state = new ArrayList<>();
    Folders folders = live.folders();
    try {
      for (Path folder : List.of(folders.installation(), folders.everybodys(), folders.own())) {
        for (Path file : Folders.in(folder)) {
          state.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file) + " " + Files.getAttribute(file, "unix:ino")
              + " " + Files.getAttribute(file, "unix:mode"));
        }
      }
    } catch (IOException | CarrelException e) {
      state.add(e.getMessage()); // it is gone just now: the next look tells
    }
    return state;
  }
}
