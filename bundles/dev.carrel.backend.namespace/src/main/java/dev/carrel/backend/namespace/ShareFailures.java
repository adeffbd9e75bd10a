package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says in the user's words why a program cannot have the share of processors, disks and memory that was asked for. */
final class ShareFailures {
  private ShareFailures() {}

  static boolean knows(LaunchFailure failure) {
    String purpose = failure.failed().purpose();
    return purpose.startsWith(ProcessShare.NICE) || purpose.startsWith(ProcessShare.POLICY) || purpose.startsWith(ProcessShare.CPUS)
        || purpose.startsWith(ProcessShare.IO) || purpose.startsWith(ProcessShare.MEMORY) || purpose.startsWith(ProcessShare.PERSONALITY);
  }

  static CarrelException explain(LaunchFailure failure) {
    String purpose = failure.failed().purpose();
    int errno = failure.errno();
    boolean missing = failure.failed().call().isEmpty() || errno == Errno.EINVAL.number();
    if (purpose.startsWith(ProcessShare.CPUS) && missing) {
      return failed(failure, "not all of them are there, or a cpuset of this process leaves them out. Online here: " + online("cpu"));
    }
    if (purpose.startsWith(ProcessShare.MEMORY) && missing) {
      return failed(failure, "not all of these nodes are there, or a cpuset of this process leaves them out. Online here: " + online("node"));
    }
    boolean forbidden = errno == Errno.EPERM.number() || errno == Errno.EACCES.number();
    if (purpose.startsWith(ProcessShare.NICE) && forbidden) {
      return failed(failure, "only root may give a program a lower one than this process has, but for what its limit allows (ulimit -e)."
          + " Give a higher one");
    }
    if (purpose.startsWith(ProcessShare.POLICY) && forbidden) {
      return failed(failure, "only root may, but for what this process's limit of realtime priorities allows (ulimit -r)");
    }
    if (purpose.startsWith(ProcessShare.IO) && forbidden) {
      return failed(failure, "only root may. Give best-effort:0 to 7, or idle");
    }
    return Failures.other(failure, errno == Errno.ENOSYS.number() ? ". This kernel was built without it: leave it out"
        : purpose.startsWith(ProcessShare.PERSONALITY) && errno == Errno.EINVAL.number() ? ". This processor has no 32-bit side" : "");
  }

  private static CarrelException failed(LaunchFailure failure, String why) {
    return new CarrelException(Kind.FAILED, "cannot " + failure.failed().purpose() + ": " + why, failure);
  }

  private static String online(String kind) {
    try {
      return Files.readString(Path.of("/sys/devices/system", kind, "online")).strip();
    } catch (IOException e) {
      return "unknown, as /sys does not tell";
    }
  }
}
