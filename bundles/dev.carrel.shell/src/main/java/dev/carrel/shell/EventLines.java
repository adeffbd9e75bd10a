package dev.carrel.shell;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code carrel events} tells besides the turns of containers. */
interface EventLines {
  /** What has happened since this was asked last, a line each. */
  List<Map<String, Object>> next();

  /** The beginning of a line, whatever it tells. */
  static Map<String, Object> line(Instant time, String what) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("time", time.toString());
    data.put("event", what);
    return data;
  }
}
