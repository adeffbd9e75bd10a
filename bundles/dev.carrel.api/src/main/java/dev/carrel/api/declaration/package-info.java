/** What people have written down in files, with the place of each word, so that whoever refuses one can say where it stands. */
@Export
@Version("1.0.0")
package dev.carrel.api.declaration;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
