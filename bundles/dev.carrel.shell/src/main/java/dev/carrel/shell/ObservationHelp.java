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
}
