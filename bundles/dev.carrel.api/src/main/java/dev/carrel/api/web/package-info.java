/** Pages that show what there is. */
@Export
@Version("1.0.0")
package dev.carrel.api.web;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
