package dev.carrel.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class VerdictsTest {
  private final OtherChecks checks = new OtherChecks(null, Duration.ofSeconds(60));
  private final OtherChecks hasty = new OtherChecks(null, Duration.ofMillis(200));

  private static Result result(Object... entries) {
    ResultLog log = new ResultLog();
    for (int i = 0; i < entries.length; i += 2) {
      log.add(new ResultLog.Entry((Status) entries[i], (String) entries[i + 1]));
    }
    return new Result(log);
  }

  @Test
  void the_worst_finding_decides_and_its_remedy_is_told() {
    Result result = Verdicts.result(List.of(Finding.ok("a", "is well"), new Finding("b", Level.BROKEN, "is gone", "get it"),
        new Finding("c", Level.LIMITED, "is old", "")));

    assertThat(result.getStatus()).isEqualTo(Status.CRITICAL);
    assertThat(result).extracting(ResultLog.Entry::getMessage).containsExactly("a: is well", "b: is gone", "-> get it", "c: is old");
    assertThat(Verdicts.result(List.of(new Finding("c", Level.LIMITED, "is old", ""))).getStatus()).isEqualTo(Status.WARN);
    assertThat(Verdicts.result(List.of(Finding.ok("a", "is well"))).isOk()).isTrue();
  }

  @Test
  void of_a_check_by_others_that_finds_all_well_everything_is_told() {
    assertThat(Verdicts.finding("disk", result(Status.OK, "80 GB free", Status.OK, "no errors"))).isEqualTo(Finding.ok("disk", "80 GB free; no errors"));
  }

  @ParameterizedTest
  @EnumSource(value = Status.class, names = "OK", mode = EnumSource.Mode.EXCLUDE)
  void of_one_that_does_not_only_what_is_wrong_and_containers_can_be_started_nevertheless(Status status) {
    assertThat(Verdicts.finding("disk", result(Status.OK, "found", status, "full"))).isEqualTo(new Finding("disk", Level.LIMITED, "full", ""));
  }

  @Test
  void a_check_that_fails_hangs_or_returns_nothing_is_a_finding() {
    HealthCheck failing = () -> {
      throw new IllegalStateException("no disk");
    };
    HealthCheck hanging = () -> {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return result();
    };
    assertThat(checks.finding("x", failing).detail()).isEqualTo("this check failed: java.lang.IllegalStateException: no disk");
    assertThat(hasty.finding("x", hanging).detail()).startsWith("this check has not ended after ");
    assertThat(checks.finding("x", () -> null)).satisfies(finding -> {
      assertThat(finding.level()).isEqualTo(Level.LIMITED);
      assertThat(finding.remedy()).isEqualTo("tell who made it, or stop its bundle");
    });
  }
}
