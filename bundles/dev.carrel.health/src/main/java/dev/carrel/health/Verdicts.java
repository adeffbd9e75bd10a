package dev.carrel.health;

import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import java.util.ArrayList;
import java.util.List;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** What was found, in Felix's words and in Carrel's. */
final class Verdicts {
  private Verdicts() {}

  /** Nothing found is nothing wrong. */
  static Result result(List<Finding> findings) {
    ResultLog log = new ResultLog();
    for (Finding finding : findings) {
      log.add(new ResultLog.Entry(status(finding.level()), finding.subject() + ": " + finding.detail()));
      if (!finding.remedy().isEmpty()) {
        log.add(new ResultLog.Entry(Status.OK, "-> " + finding.remedy()));
      }
    }
    return new Result(log);
  }

  private static Status status(Level level) {
    return switch (level) {
      case OK -> Status.OK;
      case LIMITED -> Status.WARN;
      case BROKEN -> Status.CRITICAL;
    };
  }

  /**
   * Whatever somebody else's check says, it is no reason for which containers could not be started: Carrel's own tell those.
   *
   * @param name of the check
   */
  static Finding finding(String name, Result result) {
    List<String> all = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (ResultLog.Entry entry : result) {
      if (!entry.isDebug()) {
        all.add(entry.getMessage());
        if (entry.getStatus() != Status.OK) {
          wrong.add(entry.getMessage());
        }
      }
    }
    boolean ok = result.getStatus() == Status.OK;
    List<String> told = ok || wrong.isEmpty() ? all : wrong;
    String detail = told.isEmpty() ? result.getStatus().toString() : String.join("; ", told);
    return ok ? Finding.ok(name, detail) : new Finding(name, Level.LIMITED, detail, "");
  }
}
