package dev.carrel.api.metrics;

import org.osgi.annotation.versioning.ProviderType;

/** Figures of containers and of the store, as Prometheus collects them. Safe to use from many threads. */
@ProviderType
public interface Metrics {
  /** What {@link #text} is: the text form of Prometheus. */
  String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /**
   * The figures there are now. What is counted since a moment is counted since this service is there: of containers that this process
   * starts all, of others those that are to be seen when this, or {@link #look}, is called.
   */
  String text();

  /** Looks at containers of other processes, so that fewer of those are missed that live shortly. */
  void look();
}
