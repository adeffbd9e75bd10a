package dev.carrel.shell;

import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A backend that only tells of itself. */
record FakeBackend(String name, String version, Set<Feature> features, Optional<String> unavailable) implements IsolationBackend {
  @Override
  public Running launch(LaunchPlan plan) {
    throw new UnsupportedOperationException("only tells of itself");
  }

  @Override
  public Optional<Running> adopt(ContainerRecord record) {
    return Optional.empty();
  }

  @Override
  public void proceed(Running running, Inside inside, ProcessSpec program, Optional<java.nio.file.Path> record) {
    throw new UnsupportedOperationException("only tells of itself");
  }

  @Override
  public Running enter(String id, Running running, Inside inside, Optional<GroupEntry> group, ProcessSpec program) {
    throw new UnsupportedOperationException("only tells of itself");
  }

  @Override
  public List<Step> explain(LaunchPlan plan) {
    return List.of();
  }
}
