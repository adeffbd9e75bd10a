package dev.carrel.web;

import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.Explanation;
import dev.carrel.api.isolation.Step;
import java.util.Optional;

/** Shows how a container was made, as {@code carrel plan} tells how one would be. */
final class PlanPage {
  private PlanPage() {}

  static Page of(ContainerHandle container) {
    String name = container.info().name().orElse(container.id());
    Optional<Explanation> explanation = container.explain();
    Html body = new Html().raw("<p>").link("../" + container.id(), name).raw("</p>");
    if (explanation.isEmpty()) {
      body.element("p", "Nothing is kept of that.");
    } else {
      steps(body, explanation.get());
    }
    return Page.still("How " + name + " was made", "../../", body);
  }

  private static void steps(Html body, Explanation explanation) {
    body.element("p", "By the backend " + explanation.backend() + ", with " + explanation.mounts().mounts().size() + " mounts on a root that is "
        + (explanation.mounts().writableRoot() ? "writable" : "read-only") + ", in " + explanation.steps().size() + " steps.");
    body.raw("<table>").heads("Who", "Does");
    for (Step step : explanation.steps()) {
      body.raw("<tr>").element("td", step.actor()).element("td", step.call()).raw("</tr>");
    }
    body.raw("</table>");
  }
}
