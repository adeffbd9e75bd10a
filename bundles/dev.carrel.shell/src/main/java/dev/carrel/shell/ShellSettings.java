package dev.carrel.shell;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What is said where a command line that makes a container says nothing; each is the option of that name. */
@ObjectClassDefinition(id = "dev.carrel.shell", name = "Commands")
@interface ShellSettings {
  @AttributeDefinition(name = "Memory", description = "--memory of containers whose command line says none")
  String memory() default "";

  @AttributeDefinition(name = "Swap", description = "--swap of containers whose command line says none")
  String swap() default "";

  @AttributeDefinition(name = "Processors", description = "--cpus of containers whose command line says none")
  String cpus() default "";

  @AttributeDefinition(name = "Processes", description = "--pids of containers whose command line says none")
  String pids() default "";

  @AttributeDefinition(name = "Network", description = "--network of containers whose command line says nothing of the network: none, host, private, or a name")
  String network() default "none";

  @AttributeDefinition(name = "System calls", description = "--seccomp of containers whose command line says none: the absolute path of a profile, or standard")
  String seccomp() default "standard";
}
