package dev.carrel.it;

import dev.carrel.it.ChildReport.Kind;
import dev.carrel.it.ChildReport.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the integration tests of a folder of classes in this JVM, without those that only root can do if it is not root's, and
 * prints how long each has taken. Arguments: the folder, the file for the report, a regular expression for the names of
 * classes, and {@code print}: then each test's outcome is printed as it comes, and the exit status is 1 if one has failed.
 */
final class ChildRun implements TestExecutionListener {
  /** What a line about a whole class begins with. */
  static final String CLASS = "class ";
  private static final double SECOND = 1e9;

  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<String, Long> begun = new HashMap<>();
  private final boolean printing;
  private TestPlan plan;

  private ChildRun(boolean printing) {
    this.printing = printing;
  }

  private void add(Outcome outcome) {
    outcomes.add(outcome);
    if (printing) {
      System.out.println(outcome.kind() + " " + outcome.name() + " " + outcome.detail());
    }
  }

  public static void main(String[] arguments) throws Exception {
    LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
        .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(Path.of(arguments[0]))))
        .filters(ClassNameFilter.includeClassNamePatterns(arguments[2]),
            ClassNameFilter.excludeClassNamePatterns(".*\\." + OrdinaryUserIT.class.getSimpleName()));
    request.filters(TagFilter.excludeTags(User.weAreRoot() ? User.ORDINARY : User.ROOT));
    ChildRun run = new ChildRun(arguments.length > 3);
    LauncherFactory.create().execute(request.build(), run);
    new ChildReport(run.outcomes).write(Path.of(arguments[1]));
    boolean failed = arguments.length > 3 && run.outcomes.stream().anyMatch(outcome -> outcome.kind() == Kind.FAILED);
    System.exit(failed ? 1 : 0); // whatever threads a failed test has left
  }

  @Override
  public void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public synchronized void executionStarted(TestIdentifier test) {
    begun.put(test.getUniqueId(), System.nanoTime());
  }

  private void printTime(TestIdentifier test) {
    boolean whole = test.getSource().filter(ClassSource.class::isInstance).isPresent();
    if (whole || test.isTest()) {
      double seconds = (System.nanoTime() - begun.get(test.getUniqueId())) / SECOND;
      System.out.printf("%s: %.1f s%n", whole ? CLASS + test.getDisplayName() : name(test), seconds);
    }
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    add(new Outcome(Kind.SKIPPED, name(test), reason));
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    printTime(test);
    Throwable thrown = result.getThrowable().orElse(null);
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          add(new Outcome(Kind.PASSED, name(test), ""));
        }
      }
      case ABORTED -> add(new Outcome(Kind.SKIPPED, name(test), thrown == null ? "aborted" : String.valueOf(thrown.getMessage())));
      // Of a container too: a @BeforeAll that throws leaves no test that could fail.
      case FAILED -> add(ChildReport.failed(name(test), thrown == null ? new AssertionError("failed") : thrown));
    }
  }

  private String name(TestIdentifier test) {
    String parent = plan.getParent(test).map(TestIdentifier::getDisplayName).orElse("");
    return parent.isEmpty() ? test.getDisplayName() : parent + " " + test.getDisplayName();
  }
}
