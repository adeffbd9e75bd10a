package dev.carrel.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What of the store can be configured. */
@ObjectClassDefinition(id = "dev.carrel.store", name = "Store")
@interface StoreSettings {
  /** As {@code CARREL_STORE}, which goes before it. */
  @AttributeDefinition(name = "Directory",
      description = "where the store is, an absolute path or one that begins with ~/; otherwise /var/lib/carrel for root, ~/.local/share/carrel for others")
  String directory() default "";

  /** As {@code CARREL_SYSTEM_STORE}, which goes before it. */
  @AttributeDefinition(name = "Root's store",
      description = "the store of root in which others look first, an absolute path, or none; otherwise /var/lib/carrel, but none where a directory is set")
  String shared() default "";
}
