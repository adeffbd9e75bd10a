package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.event.ContainerEvent;
import dev.carrel.api.event.ContainerListener;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.mount.MountPlan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ListenersTest {
  private final FakeBackend backend = new FakeBackend("first", Set.of(Feature.values()));
  private final Engine engine = new Engine(new StateDirectory(Map.of("CARREL_STATE", "/nonexistent"), null), new Networks(List::of));
  private final BlockingQueue<ContainerEvent> heard = new LinkedBlockingQueue<>();

  ListenersTest() {
    engine.setPlanner(request -> new MountPlan(List.of(), request.root().writable()));
    engine.addBackend(backend, Map.of());
  }

  private ContainerEvent next() throws InterruptedException {
    ContainerEvent event = heard.poll(30, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  private static ContainerSpec spec() {
    return EngineTest.spec();
  }

  @Test
  void until_somebody_listens_there_is_nothing_of_it() {
    engine.start(spec());
    backend.last().end(ExitStatus.exited(0));
    assertThat(engine.listeners()).hasNullValue();
  }

  @Test
  void a_listener_hears_of_start_and_end_in_this_order() throws Exception {
    Listeners.of(engine.listeners()).add(heard::add);
    Container container = engine.start(spec());
    backend.last().end(ExitStatus.exited(3));

    assertThat(next()).isInstanceOfSatisfying(ContainerEvent.Started.class, event -> assertThat(event.container().id()).isEqualTo(container.id()));
    assertThat(next()).isInstanceOfSatisfying(ContainerEvent.Ended.class, event -> assertThat(event.status()).contains(ExitStatus.exited(3)));
  }

  @Test
  void that_one_has_started_is_told_before_its_end_however_soon_that_is() throws Exception {
    backend.endAtOnce = true;
    Listeners.of(engine.listeners()).add(heard::add);
    for (int i = 0; i < 100; i++) {
      engine.start(spec());
      assertThat(next()).isInstanceOf(ContainerEvent.Started.class);
      assertThat(next()).isInstanceOf(ContainerEvent.Ended.class);
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void a_listener_that_fails_or_takes_long_holds_up_no_container() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    Listeners.of(engine.listeners()).add((ContainerListener) event -> {
      throw new IllegalStateException("cannot listen");
    });
    Listeners.of(engine.listeners()).add((ContainerListener) event -> {
      try {
        free.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      heard.add(event);
    });
    Container container = engine.start(spec());
    backend.last().end(ExitStatus.exited(0));
    assertThat(container.exit().join()).isEqualTo(ExitStatus.exited(0));
    assertThat(heard).isEmpty();
    free.countDown();

    assertThat(next()).isInstanceOf(ContainerEvent.Started.class);
    assertThat(next()).isInstanceOf(ContainerEvent.Ended.class);
  }

  @Test
  void who_listens_no_more_is_told_nothing() throws Exception {
    ContainerListener gone = event -> heard.add(event);
    Listeners.of(engine.listeners()).add(gone);
    Listeners.of(engine.listeners()).remove(gone);
    engine.start(spec());
    backend.last().end(ExitStatus.exited(0));
    Listeners.of(engine.listeners()).add(heard::add);
    Container second = engine.start(spec());

    assertThat(next().container().id()).isEqualTo(second.id());
    backend.endAll();
  }
}
