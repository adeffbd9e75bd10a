/** Figures for programs that watch. */
@Export
@Version("1.0.0")
package dev.carrel.api.metrics;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
