/** Whole systems: what somebody declares, what an init makes of it, and the systems that came of it. */
@Export
@Version("1.0.0")
package dev.carrel.api.system;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
