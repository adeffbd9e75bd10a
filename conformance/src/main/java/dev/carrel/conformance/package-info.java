/** What a service provider of Carrel's has to keep, as JUnit tests that are run against it. */
@Export
@Version("1.0.0")
package dev.carrel.conformance;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
