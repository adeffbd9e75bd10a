package dev.carrel.api.container;

import dev.carrel.api.network.Attachment;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a container at one moment.
 *
 * @param pid of its first process, as the host sees it
 * @param started when its program was first executed; of one that is not started yet, when it was created
 * @param ended when and how it ended
 * @param detached whether it outlives the JVM that started it
 * @param ownPids whether it has a pid namespace of its own, so that its processes can be told
 * @param backend the backend that runs it
 * @param process its program; variables and working directory are those that another program inside gets, too
 * @param network how it is attached to a network
 * @param annotations what people have noted about it
 * @param record the directory in which it is recorded
 * @param limits what it may consume; empty: nothing of that is limited, or even counted
 * @param outOfMemory whether processes of it were killed as it had no more memory
 */
public record ContainerInfo(
    String id,
    Optional<String> name,
    State state,
    long pid,
    Instant started,
    Optional<End> ended,
    ProcessSpec process,
    boolean detached,
    boolean ownPids,
    String backend,
    Optional<Attachment> network,
    Map<String, String> annotations,
    Optional<Path> record,
    Optional<Limits> limits,
    Optional<OutOfMemory> outOfMemory) {

  /** Where in its life it is. */
  public enum State {
    /** It is there, and its program waits for {@link ContainerHandle#start()}. */
    CREATED,
    RUNNING,
    PAUSED,
    ENDED
  }

  /** A container's end. */
  public record End(Instant time, ExitStatus status) {}

  public ContainerInfo {
    Objects.requireNonNull(id);
    Objects.requireNonNull(name);
    Objects.requireNonNull(state);
    Objects.requireNonNull(started);
    Objects.requireNonNull(process);
    Objects.requireNonNull(network);
    annotations = Map.copyOf(annotations);
    Objects.requireNonNull(record);
    Objects.requireNonNull(limits);
    Objects.requireNonNull(outOfMemory);
    if ((state == State.ENDED) != ended.isPresent()) {
      throw new IllegalArgumentException("a container has an end exactly if it has ended");
    }
  }
}
