package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.isolation.Inside;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.SystemCall;

/** Says in the user's words why a container could not be set up. */
final class Failures {
  private final ProcessSpec process;
  private final Inside inside;
  private final boolean root;
  private final UserNamespaces userNamespaces;

  Failures(ProcessSpec process, Inside inside, boolean root, UserNamespaces userNamespaces) {
    this.process = process;
    this.inside = inside;
    this.root = root;
    this.userNamespaces = userNamespaces;
  }

  CarrelException explain(LaunchFailure failure) {
    if (ShareFailures.knows(failure)) {
      return ShareFailures.explain(failure);
    }
    if (failure.failed().call().isEmpty()) {
      return new CarrelException(Kind.FAILED, "cannot " + failure.failed().purpose() + ": something else lies there now than what was"
          + " opened. Open it again", failure);
    }
    SystemCall call = failure.failed().call().orElse(SystemCall.GETPID);
    int errno = failure.errno();
    return switch (call) {
      case EXECVE -> execution(failure);
      case CLONE3 -> failure.errno() == Errno.EPERM.number() || failure.errno() == Errno.ENOSPC.number() ? namespaces(failure) : group(failure);
      case UNSHARE, CLONE -> namespaces(failure);
      case SETDOMAINNAME -> setting(failure);
      case SETNS -> other(failure, errno == Errno.ESRCH.number() ? ": it has ended"
          : errno == Errno.EINVAL.number() && failure.failed().purpose().startsWith("join ") ? ". It is no namespace of that kind"
          : errno == Errno.EPERM.number() ? ". It is another user's, or of a user namespace where you have no rights" : "");
      case PIDFD_OPEN -> other(failure, ". It has ended: carrel list shows the containers that run");
      case CHDIR -> directory(failure);
      case MOUNT_SETATTR, OPEN_TREE, MOVE_MOUNT, OPENAT2, CLOSE_RANGE -> errno == Errno.ENOSYS.number()
          ? new CarrelException(Kind.FAILED, "cannot " + failure.failed().purpose() + ": this kernel does not have "
              + call.label() + "(2); Carrel needs Linux 5.12 or newer", failure)
          : mount(failure);
      case LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF -> landlock(failure);
      case OPENAT -> failure.failed().purpose().startsWith("join ") ? other(failure, ". Name the file of a namespace, as ip netns makes them") : failure.failed().purpose().startsWith("allow ") ? other(failure, ". Name what is in the container")
          : failure.failed().purpose().startsWith("set ") ? setting(failure) : mount(failure);
      case PRLIMIT64 -> other(failure, errno == Errno.EPERM.number()
          ? ". Only root may raise a limit above the hard one it has here; see ulimit -aH" : "");
      case WRITE -> failure.failed().purpose().startsWith("join the container's control groups") ? group(failure) : failure.failed().purpose().startsWith("map the user") && errno == Errno.EPERM.number()
          ? other(failure, ". Root in a container may map itself only with CAP_SETFCAP: start that one with --cap-add=SETFCAP")
          : failure.failed().purpose().matches("set [a-z]+\\..*") ? setting(failure) : other(failure, errno == Errno.EACCES.number() && inside.security().oomScoreAdjustment().isPresent()
          ? ". Only root may lower it: give a higher one" : "");
      default -> mount(failure);
    };
  }

  private static CarrelException setting(LaunchFailure failure) {
    int errno = failure.errno();
    return other(failure, errno == Errno.ENOENT.number() ? ". This kernel has no such setting in a namespace of its own"
        : errno == Errno.EACCES.number() || errno == Errno.EPERM.number() ? ". This kernel lets only root for the host set it"
        : errno == Errno.EINVAL.number() ? ". This is no value for it" : "");
  }

  private static CarrelException landlock(LaunchFailure failure) {
    int errno = failure.errno();
    boolean missing = errno == Errno.ENOSYS.number() || errno == Errno.EOPNOTSUPP.number() || errno == Errno.EINVAL.number();
    return other(failure, missing ? ". This kernel lacks what the rule needs: files take Linux 5.19, TCP ports 6.7, and landlock has"
        + " to be among the security modules it was booted with (lsm=). Leave the rule out, and what it forbids is allowed" : "");
  }

  private CarrelException execution(LaunchFailure failure) {
    String name = process.command().get(0);
    if (failure.errno() == Errno.ENOENT.number() || failure.errno() == Errno.ENOTDIR.number()) {
      boolean path = name.indexOf('/') >= 0;
      String where = path
          ? "no such file is in the container, or the interpreter it names is not"
          : "no such program is in the container (looked in " + process.environment().getOrDefault("PATH", "") + ")";
      return new CarrelException(Kind.NOT_FOUND, "cannot run " + name + ": " + where
          + ". Name the package it belongs to, or expose the directory it is in with --expose", failure);
    }
    String why = failure.errno() == Errno.ENOEXEC.number()
        ? "it is no program this machine can execute: neither for this processor nor a script that begins with #!"
        : failure.errno() == Errno.EACCES.number()
            ? "permission denied: it is a directory or has no execute permission"
            : Errno.describe(failure.errno());
    return new CarrelException(Kind.CANNOT_EXECUTE, "cannot run " + name + ": " + why, failure);
  }

  private CarrelException namespaces(LaunchFailure failure) {
    int errno = failure.errno();
    if (errno == Errno.EPERM.number() || errno == Errno.ENOSPC.number() || errno == Errno.EACCES.number()
        || errno == Errno.EUSERS.number()) {
      return new CarrelException(Kind.FAILED, "cannot create a user namespace: " + userNamespaces.reason(root && failure.failed().call().orElseThrow() != SystemCall.UNSHARE), failure);
    }
    return other(failure, errno == Errno.EINVAL.number()
        ? ". This kernel may lack one of the namespaces: run carrel doctor"
        : errno == Errno.EAGAIN.number() ? ". There may be no more processes: allow more with --pids, or see ulimit -u" : "");
  }

  private static CarrelException group(LaunchFailure failure) {
    int errno = failure.errno();
    return other(failure, errno == Errno.EACCES.number() || errno == Errno.ENOENT.number()
        ? ". You may not move processes from where this one is to the container's control group: run carrel doctor"
        : errno == Errno.ENOSYS.number() || errno == Errno.EOPNOTSUPP.number() ? ". What confines this process does not allow it: leave the limits out"
        : errno == Errno.EAGAIN.number() ? ". A control group around it has as many processes as it may have" : "");
  }

  private CarrelException directory(LaunchFailure failure) {
    int errno = failure.errno();
    return other(failure, errno == Errno.ENOENT.number()
        ? ": there is no such directory in the container. Share it with --share, or leave it out with --no-cwd"
        : errno == Errno.ENOTDIR.number() ? ": it is no directory. Name one"
        : errno == Errno.EACCES.number() ? ": the program's user may not go there. Its owner has to let others in" : "");
  }

  private CarrelException mount(LaunchFailure failure) {
    String advice = "";
    String purpose = failure.failed().purpose();
    boolean protection = purpose.startsWith("cover ") || purpose.startsWith("make ") && purpose.endsWith(" read-only");
    boolean target = !ofSource(failure);
    int errno = failure.errno();
    if (failure.failed().call().orElseThrow() == SystemCall.MOUNT_SETATTR && root && inside.identity().ranged()) {
      advice = ". Its file system cannot give its files to the container's ids, which are not root's. Share a directory of another,"
          + " leave it out (--no-cwd for the working directory), or use --ids=1: the program is root for the host then";
    } else if (errno == Errno.EPERM.number() && failure.failed().text().contains("clr=MOUNT_ATTR__ATIME")) {
      advice = ". When access times are written is chosen by root alone: the kernel keeps it as it is on the host for all others. Leave it out";
    } else if (protection && errno == Errno.ELOOP.number()) {
      advice = ". A symbolic link leads there, or is there, which others could exchange: name what it leads to";
    } else if (protection && (errno == Errno.ENOENT.number() || errno == Errno.ENOTDIR.number())) {
      advice = ". There is no such file or directory in the container: leave the option out";
    } else if (errno == Errno.EPERM.number() && failure.failed().text().contains("\"proc\"")) {
      advice = ". The kernel allows it only who sees a whole /proc: in a container, parts of it are covered. Start that one with"
          + " --weak=user-namespaces,kernel-files (Docker: --security-opt systempaths=unconfined)";
    } else if (!target && errno == Errno.ELOOP.number()) {
      advice = ". There was no symbolic link in its path when it was looked up: somebody who can write there has put one there since."
          + " Find out who before you try again";
    } else if (target && (errno == Errno.ENOENT.number() || errno == Errno.EROFS.number())) {
      advice = ". The place to mount it does not exist in the tree around it, which is read-only or the host's own:"
          + " make that file or directory there, or choose another target";
    } else if (target && errno == Errno.ENOTDIR.number()) {
      advice = ". A directory can only be mounted on a directory, and a file on a file";
    } else if (errno == Errno.EACCES.number()) {
      advice = ". Its owner has to let you in";
    }
    return other(failure, advice);
  }

  /** Whether it was about a file of the host, and not about where it is to be seen. */
  private static boolean ofSource(LaunchFailure failure) {
    SystemCall call = failure.failed().call().orElseThrow();
    String purpose = failure.failed().purpose();
    return call == SystemCall.OPEN_TREE || call == SystemCall.OPENAT2 && (purpose.startsWith("expose ") || purpose.startsWith("share ")
        || purpose.startsWith("put ") || purpose.startsWith("keep "));
  }

  static CarrelException other(LaunchFailure failure, String advice) {
    return new CarrelException(Kind.FAILED, "cannot " + failure.failed().purpose() + ": "
        + Errno.describe(failure.errno()) + " in " + failure.failed().text() + advice, failure);
  }
}
