package dev.carrel.linux.process;

import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.Launcher.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The three standard streams: what the child gets, and our ends of the pipes. */
final class StdioPipes {
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0x40;
  private static final int O_TRUNC = 0x200;
  private static final int O_APPEND = 0x400;

  private final int[] child = {0, 1, 2};
  private int[] more = {};
  private final int[] ours = {-1, -1, -1};

  /** @param owner who gets those that are pipes, also of other processes': only by their owner can they be opened as /dev/stdout */
  static StdioPipes make(Stdio stdio, Optional<Owner> owner, Descriptors descriptors) {
    StdioPipes pipes = choose(stdio, descriptors);
    pipes.more = new int[stdio.more().size()];
    for (int i = 0; i < pipes.more.length; i++) {
      pipes.more[i] = descriptors.copy(stdio.more().get(i).number());
    }
    if (owner.isPresent()) {
      for (int stream : pipes.child) {
        if (isPipe(stream)) {
          LibC.fchown(stream, (int) owner.get().uid(), (int) owner.get().gid()); // not vital: most programs write to what is open
        }
      }
    }
    return pipes;
  }

  /** Not one that has a name, which is a file of somebody's. */
  private static boolean isPipe(int descriptor) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString().startsWith("pipe:");
    } catch (IOException e) {
      return false; // closed
    }
  }

  private static StdioPipes choose(Stdio stdio, Descriptors descriptors) {
    StdioPipes pipes = new StdioPipes();
    if (stdio.terminal().isPresent()) {
      int nothing = descriptors.nullDevice(); // until the container opens its terminal
      Arrays.fill(pipes.child, nothing);
      if (stdio.err() != Redirect.PIPE) {
        pipes.choose(2, stdio.err(), descriptors);
      }
      return pipes;
    }
    pipes.choose(0, stdio.in(), descriptors);
    pipes.choose(1, stdio.out(), descriptors);
    pipes.choose(2, stdio.err(), descriptors);
    return pipes;
  }

  private void choose(int stream, Redirect redirect, Descriptors descriptors) {
    if (redirect == Redirect.INHERIT) {
      child[stream] = stream;
    } else if (redirect == Redirect.DISCARD) {
      child[stream] = descriptors.nullDevice();
    } else if (redirect == Redirect.PIPE) {
      int[] ends = descriptors.pipe();
      child[stream] = ends[stream == 0 ? 0 : 1];
      ours[stream] = ends[stream == 0 ? 1 : 0];
    } else if (redirect instanceof Redirect.FromFile from) {
      child[stream] = descriptors.open(from.file(), LibC.O_RDONLY);
    } else if (redirect instanceof Redirect.ToFile to) {
      child[stream] = descriptors.open(to.file(), O_WRONLY | O_CREAT | (to.append() ? O_APPEND : O_TRUNC));
    } else if (redirect instanceof Redirect.Descriptor given) {
      child[stream] = descriptors.copy(given.number());
    }
  }

  int child(int stream) {
    return child[stream];
  }

  /** What the child's program gets as descriptors from 3 on. */
  int[] more() {
    return more;
  }

  void closeChildEnds(Descriptors descriptors) {
    for (int descriptor : child) {
      descriptors.close(descriptor); // does nothing for the JVM's own
    }
    for (int descriptor : more) {
      descriptors.close(descriptor);
    }
  }

  ProcessStreams streams() {
    return ProcessStreams.ofPipes(ours[0], ours[1], ours[2]);
  }
}
