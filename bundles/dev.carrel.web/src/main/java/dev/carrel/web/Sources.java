package dev.carrel.web;

import dev.carrel.api.container.Containers;
import dev.carrel.api.metrics.Metrics;
import dev.carrel.api.store.Upkeep;

/** Where the pages have from what they show. Each is asked for when it is needed: bundles may be exchanged. */
interface Sources {
  /** @throws dev.carrel.api.CarrelException if there is none at the moment */
  Containers containers();

  /** @throws dev.carrel.api.CarrelException if there is none at the moment */
  Upkeep store();

  /** @throws dev.carrel.api.CarrelException if there is none at the moment */
  Metrics metrics();
}
