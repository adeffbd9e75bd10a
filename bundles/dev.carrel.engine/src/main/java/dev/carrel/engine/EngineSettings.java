package dev.carrel.engine;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What of the engine can be configured. */
@ObjectClassDefinition(id = "dev.carrel.engine", name = "Container engine")
@interface EngineSettings {
  @AttributeDefinition(name = "Backend", description = "which backend runs containers if --backend names none; otherwise the best that works here")
  String backend() default "";
}
