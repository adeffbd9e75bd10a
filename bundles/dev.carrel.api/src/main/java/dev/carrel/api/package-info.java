/** What all contracts share: failures with a user's message, and progress. */
@Export
@Version("1.0.0")
package dev.carrel.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
