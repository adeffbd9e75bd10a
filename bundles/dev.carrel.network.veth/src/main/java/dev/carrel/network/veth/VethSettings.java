package dev.carrel.network.veth;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What of networks can be configured. */
@ObjectClassDefinition(id = "dev.carrel.network.veth", name = "Networks of bridges and veth pairs")
@interface VethSettings {
  /** As {@code CARREL_NETWORK_POOLS}, which goes before it. */
  @AttributeDefinition(name = "Pools", description = "the subnets from which networks get their addresses; without one of IPv6, one is chosen by chance")
  String[] pools() default {"10.89.0.0/16", "172.29.0.0/16", "192.168.192.0/18"};
}
