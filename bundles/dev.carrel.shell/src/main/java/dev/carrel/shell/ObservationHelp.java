package dev.carrel.shell;

/** The texts of {@code --help} of commands for who watches. */
final class ObservationHelp {
  private ObservationHelp() {}

  static final String METRICS = """
      Usage: carrel metrics

      Prints figures of your containers and of your store in the text form of Prometheus: containers by state,
      what each that has limits uses and may use, items and bytes of the store, its last collection. What is
      counted, starts and ends and kills for lack of memory, is counted since the interactive shell or carrel web
      was started.

        carrel metrics >/var/lib/prometheus/node-exporter/carrel.prom

        -h, --help           this text
      """;

  static final String WEB = """
      Usage: carrel web [--port=N] [--token-file=FILE]

      Serves pages about your containers and your store to a browser on this host, until it is interrupted, and
      prints their address. Whoever knows the address may look at them, and nobody else: it has a token in it. The pages
      change nothing. Programs find figures at /metrics, with the token as bearer.

        carrel web
        carrel web --port=9000 --token-file=$HOME/.config/carrel/token

        --port=N             listen there, on 127.0.0.1; without this, at a port that is free
        --token-file=FILE    use the token in FILE instead of a new one; FILE is made if it is not there, and has to
                             be yours alone
        -h, --help           this text
      """;
}
