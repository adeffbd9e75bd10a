package dev.carrel.shell;

/** The text of {@code network --help}. */
final class NetworkHelp {
  private NetworkHelp() {}

  static final String NETWORK = """
      Usage: carrel network create [--subnet=CIDR]... [--internal] [--provider=NAME] NAME
             carrel network list [--json]
             carrel network inspect NAME...
             carrel network remove NAME...

      Networks with names of their own, which containers are attached to with --network=NAME. Containers on the
      same network reach each other, and find each other by their names; those on different ones do not.

        carrel network create backend
        carrel run -d --name=db --network=backend -- ./database
        carrel run --network=backend -- ./program --database=db

        --subnet=CIDR        where its addresses are: one of IPv4, one of IPv6, or both; otherwise they are chosen so
                             that they are in nobody's way
        --internal           nothing leads out of it, and no port is published from it
        --provider=NAME      who makes it: veth; otherwise the best that can here
        --json               as JSON
        -h, --help           this text

      Only a network that no container is attached to can be removed. A reboot of the host removes all.
      """;
}
