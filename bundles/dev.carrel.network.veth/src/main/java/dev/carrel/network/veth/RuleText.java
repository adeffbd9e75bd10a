package dev.carrel.network.veth;

/** The chains of Carrel's table, which do not change. */
final class RuleText {
  private static final String TEXT = """
      table inet TABLE {
        set bridges { type ifname; }
        set outward { type ifname; }
        set inward { type ifname; }
        set same { type ifname . ifname; }
        set subnets4 { type ipv4_addr; flags interval; }
        set subnets6 { type ipv6_addr; flags interval; }
        map published4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
        map published6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
        map published4at { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
        map published6at { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
        map guards4 { type ipv4_addr : verdict; }
        map guards6 { type ipv6_addr : verdict; }
        chain early { type filter hook prerouting priority -300; policy accept;
          iifname @bridges ip daddr 127.0.0.0/8 drop
        }
        chain published {
          meta nfproto ipv4 dnat ip to ip daddr . meta l4proto . th dport map @published4at
          meta nfproto ipv4 dnat ip to meta l4proto . th dport map @published4
          meta nfproto ipv6 dnat ip6 to ip6 daddr . meta l4proto . th dport map @published6at
          meta nfproto ipv6 dnat ip6 to meta l4proto . th dport map @published6
        }
        chain prerouting { type nat hook prerouting priority -100; policy accept;
          fib daddr type local jump published
        }
        chain output { type nat hook output priority -100; policy accept;
          ip6 daddr ::1 return
          fib daddr type local jump published
        }
        chain postrouting { type nat hook postrouting priority 100; policy accept;
          oifname @bridges ip saddr 127.0.0.0/8 masquerade
          oifname @bridges ct status dnat ip saddr @subnets4 masquerade
          oifname @bridges ct status dnat ip6 saddr @subnets6 masquerade
          ip saddr @subnets4 oifname != @bridges masquerade
          ip6 saddr @subnets6 oifname != @bridges masquerade
        }
        chain guard {
          icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
          ip saddr vmap @guards4
          ip6 saddr vmap @guards6
        }
        chain input { type filter hook input priority 0; policy accept;
          iifname != @bridges accept
          ct state established,related accept
          jump guard
        }
        chain forward { type filter hook forward priority 0; policy accept;
          iifname != @bridges oifname != @bridges accept
          ct state established,related accept
          iifname @bridges jump guard
          iifname . oifname @same accept
          iifname @inward drop
          ct status dnat accept
          oifname @bridges drop
        }
      }
      """;

  /** A container with a firewall sends from its own addresses alone: those are what its firewall goes by. */
  private static final String SENDERS = """
      table bridge TABLE {
        set guarded { type ifname; }
        set senders4 { type ifname . ipv4_addr; }
        set senders6 { type ifname . ipv6_addr; }
        chain sent { type filter hook prerouting priority -300; policy accept;
          iifname != @guarded accept
          ether type arp accept
          ether type ip iifname . ip saddr @senders4 accept
          ether type ip6 iifname . ip6 saddr @senders6 accept
          drop
        }
      }
      """;

  private RuleText() {}

  /** What is loaded with the first firewall. */
  static String ofSenders(String table) {
    return SENDERS.replace("TABLE", table);
  }

  /** In the language of nft(8). */
  static String of(String table) {
    return TEXT.replace("TABLE", table);
  }
}
