package dev.carrel.configuration;

import dev.carrel.api.CarrelException;
import dev.carrel.api.configuration.Setting;
import dev.carrel.api.configuration.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.osgi.framework.BundleContext;

/** The settings of all bundles. Only who asks for them needs Metatype. */
final class KeptSettings implements Settings {
  private final BundleContext context;
  private final LiveConfiguration live;

  KeptSettings(BundleContext context, LiveConfiguration live) {
    this.context = context;
    this.live = live;
  }

  @Override
  public List<Setting> all() {
    Configured configured = live.folders().read();
    return new Definitions(context).all().stream().map(definition -> definition.setting(configured)).toList();
  }

  @Override
  public List<String> unknown() {
    TreeSet<String> known = new TreeSet<>();
    new Definitions(context).all().forEach(definition -> known.add(definition.name()));
    List<String> unknown = new ArrayList<>();
    live.folders().read().byPid().forEach((pid, values) -> values.forEach((key, value) -> {
      String name = Definitions.name(pid, key);
      if (!known.contains(name)) {
        unknown.add(value.origin() + " sets " + name + ", which no bundle here knows");
      }
    }));
    return unknown;
  }

  private Definitions.Definition definition(String name) {
    return new Definitions(context).all().stream().filter(definition -> definition.name().equals(name)).findAny()
        .orElseThrow(() -> CarrelException.usage("there is no setting called '" + name + "'. See carrel config list"));
  }

  @Override
  public void set(String name, List<String> values, boolean everybodys) {
    Definitions.Definition definition = definition(name);
    List<Object> typed = definition.checked(values);
    editor(everybodys).change(definition.pid(), definition.key(), Optional.of(definition.many() ? typed : typed.get(0)));
    live.reload();
  }

  @Override
  public boolean unset(String name, boolean everybodys) {
    Definitions.Definition definition = definition(name);
    boolean changed = editor(everybodys).change(definition.pid(), definition.key(), Optional.empty());
    live.reload();
    return changed;
  }

  private Editor editor(boolean everybodys) {
    live.folders().read(); // nothing is changed beside a file that cannot be read
    Path folder = everybodys ? live.folders().everybodys() : live.folders().own();
    return new Editor(folder, everybodys);
  }
}
