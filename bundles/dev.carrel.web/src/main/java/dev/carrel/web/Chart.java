package dev.carrel.web;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;

/** A graph of values over time, as SVG that stands in the page. */
record Chart(String title, List<Optional<Double>> values, DoubleFunction<String> unit) {
  private static final int WIDTH = 600;
  private static final int HEIGHT = 80;

  /** What has no value is a gap. */
  void addTo(Html html) {
    double most = values.stream().flatMap(Optional::stream).mapToDouble(Double::doubleValue).max().orElse(0);
    Optional<Double> now = values.isEmpty() ? Optional.empty() : values.get(values.size() - 1);
    html.raw("<figure><figcaption>").text(title + ": " + now.map(unit::apply).orElse("-") + ", at most " + unit.apply(most)).raw("</figcaption>");
    html.raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" width=\"" + WIDTH + "\" height=\"" + HEIGHT + "\" role=\"img\"><title>").text(title)
        .raw("</title><rect width=\"" + WIDTH + "\" height=\"" + HEIGHT + "\" fill=\"none\" stroke=\"#bbb\"/>");
    html.raw("<path fill=\"none\" stroke=\"#1f6f8b\" stroke-width=\"1.5\" d=\"" + path(most) + "\"/></svg></figure>");
  }

  private String path(double most) {
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (int i = 0; i < values.size(); i++) {
      Optional<Double> value = values.get(i);
      if (value.isPresent()) {
        double x = values.size() == 1 ? 0 : (double) i * WIDTH / (values.size() - 1);
        double y = most <= 0 ? HEIGHT : HEIGHT - value.get() / most * HEIGHT;
        path.append(drawing ? " L" : path.length() == 0 ? "M" : " M").append(String.format(Locale.ROOT, "%.1f %.1f", x, y));
      }
      drawing = value.isPresent();
    }
    return path.toString();
  }
}
