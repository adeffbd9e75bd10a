package dev.carrel.shell;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest word; the last one is as long as it likes. */
final class Table {
  private final List<String[]> rows = new ArrayList<>();

  Table(String... heads) {
    rows.add(heads);
  }

  void row(String... cells) {
    rows.add(cells);
  }

  @Override
  public String toString() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], Printable.line(row[i]).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      for (int i = 0; i < row.length - 1; i++) {
        String cell = Printable.line(row[i]);
        text.append(cell).append(" ".repeat(widths[i] - cell.length() + (widths[i] == 1 ? 1 : 2)));
      }
      text.append(Printable.line(row[row.length - 1])).append('\n');
    }
    return text.toString();
  }
}
