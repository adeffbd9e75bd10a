package dev.carrel.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Figures as they come, and their text. */
final class Figures {
  private final List<MetricSnapshot> all = new ArrayList<>();

  /** One value of a figure. */
  record Point(Labels labels, double value) {}

  /** A figure that goes up and down; without a point, nothing. */
  void gauge(String name, String help, List<Point> points) {
    if (!points.isEmpty()) {
      GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
      points.forEach(point -> builder.dataPoint(
          GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(point.labels()).value(point.value()).build()));
      all.add(builder.build());
    }
  }

  void gauge(String name, String help, double value) {
    gauge(name, help, List.of(new Point(Labels.EMPTY, value)));
  }

  /**
   * A figure that goes up only; without a point, nothing.
   *
   * @param name without {@code _total}
   */
  void counter(String name, String help, List<Point> points) {
    if (!points.isEmpty()) {
      CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
      points.forEach(point -> builder.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder().labels(point.labels()).value(point.value()).build()));
      all.add(builder.build());
    }
  }

  void counter(String name, String help, double value) {
    counter(name, help, List.of(new Point(Labels.EMPTY, value)));
  }

  String text() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(text, new MetricSnapshots(all));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
    return text.toString(StandardCharsets.UTF_8);
  }
}
